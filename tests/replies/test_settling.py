"""What a text reserves, the responder settles: once, whatever becomes of it."""

from typing import Any

import pytest

from functions.domain.limits import Allowance
from functions.domain.log.facts import ReplyCompleted
from functions.domain.replies.pieces import Ended, Failed, Failure, StopReason, TextPiece, Usage
from functions.domain.tokens import tokens_of
from tests.replies.scene import BESIDE, Answered, Said, saying
from tests.replies.test_attempts import DiedError
from tests.stage import Requests, raising

ALLOWANCE = Allowance(replies_in_flight=2, tokens_per_day=100_000, tokens_beside_question=BESIDE)
WHOLE = Ended(StopReason.END_TURN, Usage(700, 50))
BROKEN = Failed(Failure.REFUSED, "on purpose")


@pytest.fixture
def scene() -> Answered:
    scene = Answered()
    scene.subscribe()
    return scene


@pytest.mark.parametrize(
    ("pieces", "tokens"),
    [
        (saying("Good.", end=WHOLE), 750),
        (saying("Good."), BESIDE + tokens_of("Hello")),
        ([BROKEN], BESIDE + tokens_of("Hello")),
        ([Failed(Failure.REJECTED, "on purpose")], 0),
    ],
    ids=["a reply", "a reply that nobody counted", "a failure", "a request that was not taken"],
)
def test_an_outcome_settles_what_its_text_reserved(scene: Answered, pieces: list[Any], tokens: int) -> None:
    scene.engine = Said(pieces)
    text = scene.said(scene.say_to("Hello", ALLOWANCE))

    scene.answer(text)

    assert len(scene.outcomes(text)) == 1
    assert scene.reserved() == {"inflight": 0, "tokens": tokens}


def test_a_text_that_is_answered_twice_at_once_is_settled_once(scene: Answered) -> None:
    scene.engine = Said(saying("Good.", end=WHOLE), saying("Good.", end=WHOLE))
    text = scene.said(scene.say_to("Hello", ALLOWANCE))

    for number in range(3):
        scene.answer(text, invocation=f"i-{number}")

    assert scene.reserved() == {"inflight": 0, "tokens": 750}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_responder_that_dies_as_it_settles_has_settled_once_in_the_end(scene: Answered, when: str) -> None:
    scene.engine = Said(saying("Good.", end=WHOLE), saying("Good.", end=WHOLE))
    text = scene.said(scene.say_to("Hello", ALLOWANCE))
    requests = Requests(scene.client)
    hook = requests.at_next if when == "before" else requests.after_next
    hook("TransactWriteItems", raising(DiedError()))

    with pytest.raises(DiedError):
        scene.answer(text)
    scene.answer(text)

    assert scene.reserved() == {"inflight": 0, "tokens": 750}


def test_who_has_two_texts_answered_may_send_a_third_once_one_has_its_reply(scene: Answered) -> None:
    scene.engine = Said(saying("Good.", end=WHOLE))
    first, _, third = (scene.say_to("Hello", ALLOWANCE) for _ in range(3))

    scene.answer(scene.said(first))

    assert (third["type"], third["data"]["code"]) == ("error", "rate_limited")
    assert scene.say_to("Hello", ALLOWANCE)["type"] == "text_ack"


def test_a_cancelled_reply_is_charged_as_if_it_had_been_whole(scene: Answered) -> None:
    text = scene.said(scene.say_to("Hello", ALLOWANCE))

    def cancel() -> None:
        scene.pass_(2_000)
        scene.stores.cancellations.cancel("session#s-1", text.event_id, scene.now)

    scene.engine = Said([TextPiece("Go"), cancel, TextPiece("od."), WHOLE])
    scene.answer(text)

    [outcome] = scene.outcomes(text)
    assert isinstance(outcome, ReplyCompleted)
    assert outcome.stop_reason == "cancelled"
    assert scene.reserved() == {"inflight": 0, "tokens": BESIDE + tokens_of("Hello")}
