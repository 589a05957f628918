"""A text that is sent again under its id: it heals what was not begun, and is told its reply once more."""

from typing import Any

import pytest

from functions.aws.log.repetitions import BETWEEN_MILLISECONDS, Repetitions
from functions.domain.log.events import Event
from functions.domain.log.facts import ReplyCompleted
from tests.feeds.scene import FEED
from tests.gateway_events import cause
from tests.replies.scene import Answered, Said, saying
from tests.stage import Requests


@pytest.fixture
def scene() -> Answered:
    scene = Answered()
    scene.engine = Said(saying("Good."), saying("Once more."))
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    return scene


def again(scene: Answered, said: Event, asking: str = "c-2") -> dict[str, Any]:
    """Have a text delivered that a connection has sent again."""
    return scene.answer(said, "m-1", invocation="request-2", asking=asking)


def test_a_reply_that_is_there_is_told_to_who_asks_alone(scene: Answered) -> None:
    asked = scene.ask("Hello", connection_id="c-1")
    scene.answer(asked, "m-1")
    before = [scene.told(each) for each in ("c-1", "c-2")]

    told = again(scene, asked)

    assert all(before)
    assert told == {"became": "repeated", "seq": 2}
    assert scene.told("c-1") == []
    assert [each["text"] for each in scene.messages("c-2")] == ["Good."]


def test_it_is_found_without_a_look_at_all_that_was_said_since(scene: Answered) -> None:
    asked = scene.ask("Hello", connection_id="c-1")
    scene.answer(asked)
    requests = Requests(scene.client)

    again(scene, asked)

    # who listens: no page of numbers is read
    assert requests.seen.count("Query") == 1
    assert requests.writes == []


def test_a_reply_whose_number_nobody_kept_is_found(scene: Answered) -> None:
    asked = scene.ask("Hello", connection_id="c-1")
    scene.answer(asked)
    key = {"claim": {"S": f"answer#{asked.event_id}"}}
    scene.client.delete_item(TableName=scene.tables.claims, Key=key)

    assert again(scene, asked) == {"became": "repeated", "seq": 2}


def test_who_does_not_listen_is_told_nothing(scene: Answered) -> None:
    asked = scene.ask("Hello", connection_id="c-1")
    scene.answer(asked)

    again(scene, asked, asking="c-9")

    assert scene.told("c-9") == []


def test_what_was_appended_and_never_begun_is_answered_for_all(scene: Answered) -> None:
    asked = scene.ask("Hello", connection_id="c-1")

    again(scene, asked)

    assert [type(each) for each in scene.outcomes(asked)] == [ReplyCompleted]
    assert [each["seq"] for each in scene.messages("c-1")] == [1, 2]


def test_what_is_being_answered_is_left_to_who_does(scene: Answered) -> None:
    asked = scene.ask("Hello", connection_id="c-1")
    other: list[dict[str, Any]] = []
    scene.at_post("message", lambda: other.append(again(scene, asked)))

    scene.answer(asked)

    assert other == [{"became": "held"}]
    assert scene.stores.pointers.top(FEED).seq == 2


# --- How often -------------------------------------------------------------------------------


def sent(scene: Answered, user_id: str = "alice", client_id: str = "m-1") -> bool:
    """Tell whether a frame that is sent again now may be told again."""
    repetitions = Repetitions(scene.client, scene.tables.claims, most=2)
    return repetitions.may_be_told("s-1", client_id, cause(scene.now, user_id=user_id))


def claimed(scene: Answered, *client_ids: str) -> None:
    """Keep the claims of frames that were sent before."""
    for client_id in client_ids:
        item = {"claim": {"S": f"reply#s-1 {client_id}"}, "value": {"S": "e#d#c-1"}}
        scene.client.put_item(TableName=scene.tables.claims, Item=item)


def test_each_frame_is_told_again_once_in_ten_seconds(scene: Answered) -> None:
    claimed(scene, "m-1")

    first, second = sent(scene), sent(scene)
    scene.pass_(BETWEEN_MILLISECONDS)

    assert (first, second, sent(scene)) == (True, False, True)


def test_all_that_is_told_again_counts_as_resumes(scene: Answered) -> None:
    claimed(scene, "m-1", "m-2", "m-3")

    told = [sent(scene, client_id=each) for each in ("m-1", "m-2", "m-3")]

    assert told == [True, True, False]


def test_what_was_never_sent_is_not_told(scene: Answered) -> None:
    assert sent(scene) is False
    assert scene.client.scan(TableName=scene.tables.claims, ConsistentRead=True)["Items"] == []
