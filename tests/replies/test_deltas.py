"""What screens see while a reply is being made, whenever they come, and who can stop it."""

from typing import Any

import pytest

from functions.aws.gateway.callbacks import Posted
from functions.domain.log.facts import ReplyCompleted
from functions.domain.log.ids import HOUR, event_id
from functions.domain.refusals import Unavailable
from functions.domain.replies.pieces import Ended, StopReason, TextPiece
from functions.operations.replies.screens import LOOK_MILLISECONDS, MOST_SCREENS
from tests.feeds.scene import FEED
from tests.replies.scene import Answered, Said, saying
from tests.stage import Requests, error, raising


@pytest.fixture
def scene() -> Answered:
    return Answered()


def deltas(frames: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Return the offsets and the texts that deltas have."""
    return [(each["data"]["offset"], each["data"]["text"]) for each in frames if each["type"] == "text_delta"]


def look(scene: Answered) -> None:
    """Let so much time pass that the screens are looked for once more, and deltas are due."""
    scene.pass_(LOOK_MILLISECONDS)


def test_what_is_said_first_is_shown_at_once_with_the_clients_id(scene: Answered) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    asked = scene.ask("[say 3]", connection_id="c-1")

    scene.answer(asked, "m-1")

    for connection_id, own in (("c-1", "m-1"), ("c-2", None)):
        frames = scene.told(connection_id)
        first = next(frame for frame in frames if frame["type"] == "text_delta")
        assert first.get("id") == own
        assert first["data"] == {"messageId": asked.event_id, "attempt": 1, "offset": 0, "text": "1"}
        assert (frames[0]["type"], frames[0].get("id")) == ("message", own)


def test_what_comes_fast_is_shown_together(scene: Answered) -> None:
    scene.subscribe()
    scene.at_post("text_delta", lambda: scene.pass_(99))
    asked = scene.ask("[say 9]")

    scene.answer(asked)

    assert deltas(scene.told()) == [(0, "1")]


def test_offsets_count_as_javascript_does(scene: Answered) -> None:
    scene.subscribe()
    scene.engine = Said(saying("\U0001f600", " and so on"))
    scene.at_post("text_delta", lambda: look(scene))

    scene.answer(scene.ask("Hello"))

    assert deltas(scene.told()) == [(0, "\U0001f600"), (2, " and so on")]


def test_a_screen_that_comes_in_the_middle_is_told_what_was_said(scene: Answered) -> None:
    scene.subscribe("c-1")
    scene.engine = Said(saying("Good ", "morning", " to you."))
    asked = scene.ask("Hello", connection_id="c-1")

    def come() -> None:
        scene.subscribe("c-2")
        look(scene)

    scene.at_post("text_delta", come)
    scene.answer(asked)

    first, *_ = deltas(scene.told("c-2"))
    assert first == (0, "Good ")


def test_a_screen_of_another_user_is_shown_nothing(scene: Answered) -> None:
    scene.subscribe("c-1", user_id="bob")

    scene.answer(scene.ask("[say 3]"))

    frames = scene.told("c-1")
    assert [frame["type"] for frame in frames] == ["message", "message"]
    assert {frame["data"]["kind"] for frame in frames} == {"expired"}


def test_ten_screens_get_deltas_and_all_get_the_reply(scene: Answered) -> None:
    for number in range(MOST_SCREENS + 2):
        scene.subscribe(f"c-{number:02}")
    asked = scene.ask("[say 3]", connection_id="c-11")

    scene.answer(asked)

    told = {f"c-{number:02}": scene.told(f"c-{number:02}") for number in range(MOST_SCREENS + 2)}
    assert sum(bool(deltas(frames)) for frames in told.values()) == MOST_SCREENS
    assert deltas(told["c-11"])
    assert all(frames[-1]["data"]["kind"] == "reply" for frames in told.values())


def test_who_is_busy_is_met_anew_from_the_beginning(scene: Answered) -> None:
    scene.subscribe()
    scene.engine = Said(saying("Good ", "morning."))
    scene.callbacks.becomes["text_delta"] = [Posted.BUSY]
    scene.at_post("text_delta", lambda: look(scene))

    scene.answer(scene.ask("Hello"))

    assert deltas(scene.told())[:2] == [(0, "Good "), (0, "Good ")]


def test_who_is_not_there_yet_is_met_anew(scene: Answered) -> None:
    """A connection is a subscriber before it opens, and the gateway calls it gone until it is."""
    scene.subscribe("c-1", connected_at=scene.now)
    scene.engine = Said(saying("Good ", "morning."))
    scene.callbacks.becomes["text_delta"] = [Posted.GONE]
    scene.at_post("text_delta", lambda: look(scene))

    scene.answer(scene.ask("Hello"))

    assert deltas(scene.told())[:2] == [(0, "Good "), (0, "Good ")]


@pytest.mark.parametrize("became", [Unavailable("ReadTimeoutError"), Posted.GONE, Posted.UNKNOWN])
def test_who_takes_nothing_keeps_nobody_waiting(scene: Answered, became: Posted | Exception) -> None:
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    scene.engine = Said(saying("Good ", "morning."))
    scene.callbacks.becomes["text_delta"] = [became]
    scene.at_post("text_delta", lambda: look(scene))

    scene.answer(scene.ask("Hello", connection_id="c-1"))

    told = {id_: scene.told(id_) for id_ in ("c-1", "c-2")}
    assert (len(deltas(told["c-1"])), len(deltas(told["c-2"]))) == (1, 2)
    assert all(frames[-1]["data"]["text"] == "Good morning." for frames in told.values())


def test_where_nobody_can_tell_who_listens_the_reply_goes_on(scene: Answered) -> None:
    scene.subscribe()
    scene.engine = Said(saying("Good ", "morning."))
    requests = Requests(scene.client)

    def away() -> None:
        look(scene)
        requests.at_next("Query", raising(error("ThrottlingException", "Query")))

    scene.at_post("text_delta", away)
    asked = scene.ask("Hello")
    scene.answer(asked)

    assert deltas(scene.told())[0] == (0, "Good ")
    assert len(scene.outcomes(asked)) == 1


# --- Cancelling ------------------------------------------------------------------------------


def test_who_cancels_keeps_what_was_said(scene: Answered) -> None:
    scene.subscribe()
    scene.engine = Said([TextPiece("Good "), *saying("morning.")])
    asked = scene.ask("Hello")

    def cancel() -> None:
        scene.stores.cancellations.cancel(FEED, asked.event_id, scene.now)
        look(scene)

    scene.at_post("text_delta", cancel)
    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert isinstance(reply, ReplyCompleted)
    assert (reply.text, reply.stop_reason) == ("Good ", "cancelled")
    assert scene.messages()[-1]["stopReason"] == "cancelled"


def test_what_was_cancelled_before_its_first_word_is_an_empty_reply(scene: Answered) -> None:
    scene.engine = Said(saying("Good morning."))
    asked = scene.ask("Hello")
    scene.stores.cancellations.cancel(FEED, asked.event_id, scene.now)

    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert isinstance(reply, ReplyCompleted)
    assert (reply.text, reply.stop_reason) == ("", "cancelled")


def test_a_look_reads_nothing_of_what_else_was_cancelled(scene: Answered) -> None:
    """A cancellation stays for an hour, and for days until DynamoDB deletes it."""
    scene.subscribe()
    for number in range(100):
        scene.stores.cancellations.cancel(FEED, event_id(scene.now, f"{number}"), scene.now)
    scene.pass_(HOUR)
    asked = scene.ask("Hello")
    scene.stores.cancellations.cancel(FEED, asked.event_id, scene.now)
    read: list[int] = []
    scene.client.meta.events.register(
        "after-call.dynamodb.Query", lambda parsed, **_: read.append(parsed["ScannedCount"])
    )

    watched = scene.stores.subscribers.watch(FEED, asked.event_id, scene.now)

    assert (len(watched.subscribers), watched.is_cancelled) == (1, True)
    assert sum(read) == 2


def test_what_another_text_is_cancelled_by_does_not_end_this_one(scene: Answered) -> None:
    other, asked = scene.ask("One"), scene.ask("Two")
    scene.stores.cancellations.cancel(FEED, other.event_id, scene.now)
    scene.engine = Said(saying("Good.", end=Ended(StopReason.END_TURN)))

    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert isinstance(reply, ReplyCompleted)
    assert reply.stop_reason == "end_turn"


def test_a_cancellation_is_heard_between_two_attempts(scene: Answered) -> None:
    asked = scene.ask("[fail throttled] Hello")

    def cancel() -> None:
        scene.stores.cancellations.cancel(FEED, asked.event_id, scene.now)
        look(scene)

    scene.at_sleep = cancel

    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert isinstance(reply, ReplyCompleted)
    assert reply.stop_reason == "cancelled"


def test_what_was_said_before_an_attempt_failed_is_kept_if_no_other_follows(scene: Answered) -> None:
    asked = scene.ask("[say 9] [fail interrupted] [after 2]")

    def cancel() -> None:
        scene.stores.cancellations.cancel(FEED, asked.event_id, scene.now)
        look(scene)

    scene.at_sleep = cancel

    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert isinstance(reply, ReplyCompleted)
    assert (reply.text, reply.stop_reason) == ("1 2", "cancelled")
