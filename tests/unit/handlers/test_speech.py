"""Speech, on its one-way routes: what is passed on, and what becomes of the rest."""

import json
from typing import Any

import pytest

from functions.aws.gateway.callbacks import Posted
from functions.domain.connections.connection import Connection, join
from functions.domain.log.facts import ActivityRecorded, ConnectionLost, MessageRejected
from functions.domain.log.ids import lowest
from functions.domain.refusals import Unavailable
from functions.domain.voice.channels import EndAsked, Heard, ListenAsked, PlayedUpTo, channel_of
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, identity, message, voice_data
from tests.routes import message as handler
from tests.speaking import MemorySpeech, spoken
from tests.unit.handlers.frames import OK, at

SESSION = lowest(CONNECTED_AT)
OTHER = lowest(CONNECTED_AT - 60_000)
CHANNEL = channel_of("s-1", SESSION)
HELD_UNTIL = CONNECTED_AT // 1000 + 120


@pytest.fixture
def speech(log: MemoryLog) -> MemorySpeech:
    """Return what takes speech, while a voice session is open."""
    log.held["voice#s-1"] = (SESSION, HELD_UNTIL)
    return MemorySpeech(log)


def say(kind: str, session: str = SESSION, client_id: str = "c-1", **data: Any) -> dict[str, Any]:
    return {"type": kind, "id": client_id, "data": {"voiceSessionId": session, **data}}


def errors(callbacks: RecordingCallbacks) -> list[tuple[str, int | None]]:
    """Return the errors that were sent: their codes, and when to come back."""
    told = [json.loads(frame)["data"] for _, frame in callbacks.posts]
    return [(data["code"], data.get("retryAfter")) for data in told]


def test_speech_is_published_and_gets_no_answer(speech: MemorySpeech, callbacks: RecordingCallbacks) -> None:
    assert spoken(voice_data(SESSION, 7, audio="AAEC"), speech, callbacks) == OK

    assert speech.published == [(CHANNEL, Heard(CONNECTION, 7, b"\0\1\2"))]
    assert (speech.log.calls, callbacks.posts) == (0, [])


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (say("voice_end", lastSeq=299), EndAsked(CONNECTION, 299, "c-1")),
        (say("voice_played", turn=2, ms=1_500), PlayedUpTo(CONNECTION, 2, 1_500)),
        (say("voice_listen"), ListenAsked(CONNECTION, audio=True, client_id="c-1")),
        (say("voice_listen", audio=False), ListenAsked(CONNECTION, audio=False, client_id="c-1")),
    ],
    ids=["end", "played", "listen", "listen no more"],
)
def test_what_is_said_of_a_voice_session_is_published_too(
    speech: MemorySpeech, callbacks: RecordingCallbacks, frame: dict[str, Any], said: object
) -> None:
    assert spoken(message(frame, route=frame["type"], **at(30)), speech, callbacks) == OK

    assert speech.published == [(CHANNEL, said)]
    assert (speech.log.calls, callbacks.posts) == (0, [])


def test_a_conversation_is_asked_for_once_a_second(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    for seq in range(21):
        spoken(voice_data(SESSION, seq, **at(30 + seq / 10)), speech, callbacks)

    assert speech.reads == ["voice#s-1"] * 3
    assert len(speech.published) == 21


def test_a_voice_session_outlives_its_connection(speech: MemorySpeech, callbacks: RecordingCallbacks) -> None:
    later = identity(connectedAt=str(CONNECTED_AT + 20_000))

    spoken(voice_data(SESSION, 300, connectionId="next", authorizer=later, **at(21)), speech, callbacks)

    assert speech.published == [(CHANNEL, Heard("next", 300, b"\0\0\0"))]


def test_nobody_speaks_in_the_conversation_of_another(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    foreign = identity(userId="bob", sessionId="s-2")

    spoken(voice_data(SESSION, 1, connectionId="another", authorizer=foreign, **at(1)), speech, callbacks)

    assert (errors(callbacks), speech.published) == ([("not_found", None)], [])
    assert speech.reads == ["voice#s-2"]


def test_speech_on_a_voice_session_that_is_not_open_is_told_so_once_a_second(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    for number in range(20):
        assert spoken(voice_data(OTHER, number, **at(30 + number / 10)), speech, callbacks) == OK

    assert errors(callbacks) == [("not_found", None)] * 2
    assert speech.log.facts == [MessageRejected("not_found")]
    assert (len(speech.reads), speech.published) == (2, [])


def test_speech_after_the_claim_has_expired_is_not_found(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    spoken(voice_data(SESSION, 1, **at(119.5)), speech, callbacks)
    spoken(voice_data(SESSION, 2, **at(120.4)), speech, callbacks)

    assert (len(speech.published), errors(callbacks)) == (1, [("not_found", None)])
    assert len(speech.reads) == 1


@pytest.mark.parametrize("fault", ["publish", "hold"])
def test_speech_that_cannot_be_passed_on_is_unavailable_once_a_second(
    speech: MemorySpeech, callbacks: RecordingCallbacks, fault: str
) -> None:
    speech.faults[fault] = [Unavailable("503 of Publish") for _ in range(11)]

    for number in range(12):
        assert spoken(voice_data(SESSION, number, **at(30 + number / 10)), speech, callbacks) == OK

    assert errors(callbacks) == [("unavailable", 1)] * 2
    assert [said.seq for _, said in speech.published if isinstance(said, Heard)] == [11]
    assert speech.log.calls == 0


def test_a_flood_under_one_number_is_passed_on_as_fast_as_speech_may_be(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    for number in range(1_000):
        spoken(voice_data(SESSION, 1, **at(30 + number / 1_000)), speech, callbacks)

    assert len(speech.published) == 100 + 50 - 1
    assert errors(callbacks) == [("rate_limited", 1)]


def test_600_frames_are_one_activity_of_whoever_speaks(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    for seq in (599, 600, 601):
        assert spoken(voice_data(SESSION, seq, **at(60 + seq / 10_000)), speech, callbacks) == OK

    assert speech.log.facts == [ActivityRecorded(SESSION, 601)]
    assert callbacks.posts == []


def test_an_activity_is_written_once_however_often_its_frame_comes(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    for _ in range(5):
        spoken(voice_data(SESSION, 600, **at(60)), speech, callbacks)

    assert speech.log.calls == 1


def test_speech_that_is_passed_on_to_nobody_is_no_activity(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    spoken(voice_data(OTHER, 600, **at(60)), speech, callbacks)

    assert speech.log.facts == [MessageRejected("not_found")]


def test_an_end_that_is_asked_for_again_is_told_again(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    ended = say("voice_end", lastSeq=2)
    data = {"voiceSessionId": SESSION, "frames": 3, "seconds": 7, "reason": "client"}
    speech.end(SESSION, CONNECTED_AT + 10_000)

    for second in (11, 11.9, 12):
        assert spoken(message(ended, route="voice_end", **at(second)), speech, callbacks) == OK

    told = [json.loads(frame) for _, frame in callbacks.posts]
    assert [(frame["type"], frame["id"], frame["data"]) for frame in told] == [
        ("voice_ended", "c-1", data)
    ] * 2
    assert speech.log.calls == 0


def test_an_end_of_what_nobody_knows_is_not_found_and_costs_three_reads_a_second(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    for number in range(10):
        invented = say("voice_end", lowest(CONNECTED_AT + number + 1), lastSeq=-1)
        spoken(message(invented, route="voice_end", **at(1 + number / 20)), speech, callbacks)

    assert errors(callbacks) == [("not_found", None)]
    assert (len(speech.reads), speech.published) == (3, [])


def test_speech_that_came_by_another_route_than_its_own_is_refused(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    answer = spoken(message(say("voice_played", turn=1, ms=1)), speech, callbacks)

    assert json.loads(answer["body"])["data"]["message"] == "Speech has a route of its own."


@pytest.mark.parametrize("kind", ["voice_data", "voice_end", "voice_played", "voice_listen"])
def test_where_nobody_can_speak_all_speech_is_refused(
    log: MemoryLog, callbacks: RecordingCallbacks, kind: str
) -> None:
    data: dict[str, Any] = {"seq": 600, "lastSeq": 1, "turn": 1, "ms": 1}
    data |= {"audio": "AAAA"} if kind == "voice_data" else {}

    assert handler(message(say(kind, **data), route=kind, **at(60)), None, log, callbacks) == OK

    ((_, frame),) = callbacks.posts
    assert json.loads(frame)["data"]["message"] == "This backend takes no speech."
    assert log.facts == [MessageRejected("invalid_message")]


def test_a_refusal_of_speech_goes_by_callback(speech: MemorySpeech, callbacks: RecordingCallbacks) -> None:
    assert spoken(voice_data(SESSION, 500, **at(1, "request-1")), speech, callbacks) == OK

    ((connection_id, frame),) = callbacks.posts
    assert connection_id == CONNECTION
    assert json.loads(frame)["data"] == {
        "code": "rate_limited",
        "message": "Speech is ahead of its time: at most 100 frames, and 50 more each second.",
        "correlationId": "request-1",
        "retryAfter": 7,
    }
    assert speech.log.facts == [MessageRejected("rate_limited")]


def test_speech_after_the_end_of_its_connection_loses_it(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    callbacks.outcome = Posted.GONE

    assert spoken(voice_data(SESSION, 5_000, **at(30)), speech, callbacks) == OK

    assert speech.log.facts == [MessageRejected("rate_limited"), ConnectionLost("post")]


def test_a_connection_that_was_found_gone_is_over_and_not_revived_by_the_frame_that_found_it(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    callbacks.outcome = Posted.GONE
    spoken(voice_data(SESSION, 5_000, **at(30)), speech, callbacks)

    row = join(Connection(CONNECTION), speech.log.events)

    assert (row.status, row.ended_at) == ("DISCONNECTED", CONNECTED_AT + 30_001)


def test_a_connection_younger_than_30_seconds_is_not_lost(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    callbacks.outcome = Posted.GONE

    assert spoken(voice_data(SESSION, 5_000, **at(29.999)), speech, callbacks) == OK

    assert speech.log.facts == [MessageRejected("rate_limited")]


@pytest.mark.parametrize("outcome", [Posted.BUSY, Posted.UNKNOWN])
def test_what_is_not_gone_is_not_lost(speech: MemorySpeech, outcome: Posted) -> None:
    callbacks = RecordingCallbacks(outcome)

    assert spoken(voice_data(SESSION, 5_000, **at(40)), speech, callbacks) == OK

    assert speech.log.facts == [MessageRejected("rate_limited")]


def test_a_callback_that_fails_fails_nothing_else(
    speech: MemorySpeech, callbacks: RecordingCallbacks
) -> None:
    callbacks.post_faults = [Unavailable("ReadTimeoutError")]

    assert spoken(voice_data(SESSION, 5_000, **at(40)), speech, callbacks) == OK

    assert speech.log.facts == [MessageRejected("rate_limited")]
