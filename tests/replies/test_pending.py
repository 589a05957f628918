"""What a client is told of its questions when it returns."""

from typing import Any

import pytest

from functions.domain.feeds.limits import FeedLimits
from functions.domain.log.facts import ReplyCompleted
from functions.domain.replies.questions import question_of
from functions.operations.feeds.pending import MOST
from tests.replies.scene import Answered, Said, saying

QUARTER = 15 * 60_000


@pytest.fixture
def scene() -> Answered:
    scene = Answered()
    scene.limits = FeedLimits(pending_seconds=900)
    return scene


def pending(scene: Answered, **who: Any) -> list[str]:
    """Return which texts are pending when a client comes back that was there from the beginning."""
    scene.frame("resume", {"positions": {"session": {"seq": 0, "id": ""}}}, **who)
    [resumed] = [frame for frame in scene.told() if frame["type"] == "resumed"]
    found: list[str] = resumed["data"].get("pending", [])
    return found


def test_a_question_without_a_reply_is_pending(scene: Answered) -> None:
    scene.engine = Said(saying("Good."))
    answered, open_ = scene.say("one", "two")
    scene.answer(answered)

    assert pending(scene) == [open_.event_id]


def test_what_has_its_outcome_is_not_whether_it_is_numbered_or_not(scene: Answered) -> None:
    [asked] = scene.say("one")
    question = question_of(asked)
    assert question is not None
    scene.log.append(question.outcome(ReplyCompleted(asked.event_id, "Good."), scene.now))

    assert pending(scene) == []


def test_what_is_a_quarter_of_an_hour_old_is_not(scene: Answered) -> None:
    scene.say("one")
    scene.pass_(QUARTER + 1)

    assert pending(scene) == []


def test_an_outcome_whose_text_is_older_is_no_question(scene: Answered) -> None:
    scene.engine = Said(saying("Good."))
    [asked] = scene.say("one")
    scene.pass_(QUARTER - 1_000)
    scene.answer(asked)
    scene.pass_(2_000)

    assert pending(scene) == []


def test_what_another_asked_is_not_told(scene: Answered) -> None:
    scene.say("for alice only", user_id="bob")

    assert pending(scene) == []


def test_the_newest_are_told(scene: Answered) -> None:
    texts = scene.say(*(f"text {number}" for number in range(MOST + 1)))

    assert pending(scene) == [each.event_id for each in texts[1:]]


def test_where_nobody_answers_nothing_is_pending(scene: Answered) -> None:
    scene.limits = FeedLimits()
    scene.say("one")

    assert pending(scene) == []
