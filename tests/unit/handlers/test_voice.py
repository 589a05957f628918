"""Voice sessions: how they are opened, from the gateway's events to answers, claims and the function."""

import json
from typing import Any

import pytest

from functions.domain.limits import Limits, Speaking
from functions.domain.log.events import Cause
from functions.domain.log.facts import MessageRejected, VoiceSessionStarted
from functions.domain.log.ids import minute_of
from functions.domain.refusals import Unavailable
from functions.domain.voice.starts import Start
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, identity, message
from tests.routes import message as handler
from tests.speaking import SPOKEN, MemorySpeech, spoken
from tests.unit.handlers.frames import at, start, text

MINUTE = minute_of(CONNECTED_AT + 1_000)
HELD_UNTIL = MINUTE // 1000 + 120


@pytest.fixture
def speech(log: MemoryLog) -> MemorySpeech:
    return MemorySpeech(log)


def answer(event: dict[str, Any], speech: MemorySpeech, limits: Limits = SPOKEN) -> dict[str, Any]:
    response = spoken(event, speech, RecordingCallbacks(), limits)
    frame: dict[str, Any] = json.loads(response["body"])
    return frame


def opened(speech: MemorySpeech, **context: Any) -> str:
    session: str = answer(start(**(at(1) | context)), speech)["data"]["voiceSessionId"]
    return session


def test_a_voice_start_is_in_the_log_and_a_function_is_asked_to_hold_it(speech: MemorySpeech) -> None:
    data = {"sampleRate": 24000, "voice": "tiffany"}

    starting = answer(message({"type": "voice_start", "id": "v-1", "data": data}, **at(1)), speech)

    session = starting["data"]["voiceSessionId"]
    assert (starting["type"], starting["id"]) == ("voice_starting", "v-1")
    assert [event.event_id for event in speech.log.events] == [session]
    assert speech.log.facts == [VoiceSessionStarted(24000, "lpcm", "tiffany")]
    began = CONNECTED_AT + 1_000
    cause = Cause(CONNECTION, "alice", "s-1", CONNECTED_AT, EXPIRES_AT, began, "request-1")
    assert speech.invoked == [Start(session, cause, 24000, HELD_UNTIL, began, "tiffany", "v-1")]


def test_a_voice_session_holds_its_conversation_seats_and_seconds_for_this_minute_and_the_next(
    speech: MemorySpeech,
) -> None:
    session = opened(speech)

    minutes = (MINUTE // 1000, MINUTE // 1000 + 60)
    assert speech.log.held["voice#s-1"] == (session, HELD_UNTIL)
    assert speech.log.counts == {f"voices#alice#{minutes[0]}": 1}
    assert speech.log.reserved == {
        f"spoken#alice#{MINUTE // 86_400_000 * 86_400}": HELD_UNTIL - (CONNECTED_AT + 1_000) // 1000,
        **{f"speaking#alice#{minute}": 1 for minute in minutes},
        **{f"seats#{minute}": 1 for minute in minutes},
    }


def test_one_voice_session_at_a_time_in_a_conversation(speech: MemorySpeech) -> None:
    session = opened(speech)

    frame = answer(start("v-2", connectionId="another", **at(2)), speech)

    assert (frame["data"]["code"], frame["id"]) == ("conflict", "v-2")
    assert frame["data"]["voiceSessionId"] == session
    assert len(speech.invoked) == 1


def test_a_conversation_that_is_held_no_more_may_be_spoken_in_anew(speech: MemorySpeech) -> None:
    opened(speech)
    early = answer(start("v-2", **at(HELD_UNTIL - CONNECTED_AT / 1000 - 0.5)), speech)
    late = answer(start("v-3", **at(HELD_UNTIL - CONNECTED_AT / 1000 + 0.5)), speech)

    assert early["data"]["code"] == "conflict"
    assert late["type"] == "voice_starting"


def test_each_limit_of_speech_says_what_it_is_and_when_to_come_back(speech: MemorySpeech) -> None:
    opened(speech)
    tight = {
        "Too much in this minute: at most 1 voice sessions.": Limits(voice_sessions=1, spoken=Speaking()),
        "Other voice sessions are open: at most 1 are open at a time.": Limits(
            spoken=Speaking(sessions_per_user=1)
        ),
        "The time to speak is used up for this day: there are 200 seconds.": Limits(
            spoken=Speaking(seconds_per_day=200)
        ),
    }

    elsewhere = start("v-2", connectionId="another", authorizer=identity(sessionId="s-2"), **at(2))

    told = {message: answer(elsewhere, speech, limits)["data"] for message, limits in tight.items()}

    assert {data["code"] for data in told.values()} == {"rate_limited"}
    assert [data["message"] for data in told.values()] == list(tight)
    minute = 60 - (CONNECTED_AT + 2_000) % 60_000 // 1000
    day = 86_400 - (CONNECTED_AT + 2_000) % 86_400_000 // 1000
    assert [data["retryAfter"] for data in told.values()] == [minute, 5, day]
    assert len(speech.invoked) == 1


def test_who_finds_all_seats_taken_is_told_at_once_and_nothing_is_recorded(speech: MemorySpeech) -> None:
    opened(speech)

    bob = {"authorizer": identity(userId="bob", sessionId="s-2"), "connectionId": "another"}
    frame = answer(start("v-2", **bob, **at(2)), speech, Limits(spoken=Speaking(sessions=1)))

    assert (frame["data"]["code"], frame["data"]["retryAfter"]) == ("unavailable", 5)
    assert len(speech.log.events) == 1


def test_a_start_that_no_function_takes_is_unavailable_and_asked_for_again(speech: MemorySpeech) -> None:
    speech.faults["invoke"] = [Unavailable("500 of Invoke")]

    lost = answer(start(**at(1)), speech)
    again = answer(start(**at(2)), speech)

    assert (lost["data"]["code"], lost["data"]["retryAfter"]) == ("unavailable", 1)
    assert again["type"] == "voice_starting"
    assert [event.event_id for event in speech.log.events] == [again["data"]["voiceSessionId"]]
    assert [each.voice_session_id for each in speech.invoked] == [again["data"]["voiceSessionId"]]


def test_a_start_that_is_repeated_is_answered_as_before_and_asks_whether_somebody_listens(
    speech: MemorySpeech,
) -> None:
    session = opened(speech)

    elsewhere: dict[str, Any] = {
        "connectionId": "another",
        "authorizer": identity(connectedAt=str(CONNECTED_AT + 20_000)),
    }
    again = answer(start(**elsewhere, **at(30)), speech)

    assert (again["type"], again["id"], again["data"]) == (
        "voice_starting",
        "v-1",
        {"voiceSessionId": session},
    )
    first, second = speech.invoked
    assert (second.asking, second.asked_at) == ("another", CONNECTED_AT + 30_000)
    assert (second.voice_session_id, second.held_until) == (session, first.held_until)
    who = (second.cause.connection_id, second.cause.connected_at, second.cause.expires_at, second.cause.at)
    assert who == (CONNECTION, CONNECTED_AT, EXPIRES_AT, CONNECTED_AT + 1_000)
    assert len(speech.log.events) == 1
    assert sum(speech.log.counts.values()) == 1


def test_a_start_that_is_repeated_too_often_asks_nobody(speech: MemorySpeech) -> None:
    session = opened(speech)
    speech.may_ask = False

    again = answer(start(**at(2)), speech)

    assert again["data"] == {"voiceSessionId": session}
    assert (len(speech.invoked), speech.asked_again) == (1, ["v-1"])


def test_a_start_that_the_gateway_repeats_is_answered_as_before(speech: MemorySpeech) -> None:
    first = answer(start(**at(1)), speech)
    second = answer(start(**at(1)), speech)

    assert first["data"] == second["data"]
    assert len(speech.log.events) == 1


def test_a_start_that_is_repeated_after_the_end_is_told_how_it_ended(speech: MemorySpeech) -> None:
    session = opened(speech)
    speech.end(session, CONNECTED_AT + 9_000)

    over = answer(start(**at(10)), speech)
    answer(start("v-2", **at(11)), speech)
    replaced = answer(start(**at(12)), speech)

    assert (over["type"], over["id"]) == (replaced["type"], replaced["id"]) == ("voice_ended", "v-1")
    assert over["data"] == {"voiceSessionId": session, "frames": 3, "seconds": 7, "reason": "client"}
    assert len(speech.invoked) == 2


def test_a_start_whose_voice_session_was_never_held_is_not_found(speech: MemorySpeech) -> None:
    opened(speech)

    late = answer(start(**at(HELD_UNTIL - CONNECTED_AT / 1000 + 1)), speech)

    assert late["data"]["code"] == "not_found"
    assert "voiceSessionId" not in late["data"]


def test_an_id_that_was_used_for_speech_is_none_for_a_text(speech: MemorySpeech) -> None:
    opened(speech)

    as_text = answer(text(client_id="v-1", **at(2)), speech)
    as_other_speech = answer(
        message({"type": "voice_start", "id": "v-1", "data": {"voice": "amy"}}, **at(3)), speech
    )

    assert [frame["data"]["code"] for frame in (as_text, as_other_speech)] == ["conflict"] * 2


def test_where_nobody_can_speak_a_start_is_refused_and_nothing_of_it_is_recorded(log: MemoryLog) -> None:
    response = handler(start(**at(1)), None, log, RecordingCallbacks())

    data = json.loads(response["body"])["data"]
    assert (data["code"], data["message"]) == ("invalid_message", "This backend takes no speech.")
    assert log.facts == [MessageRejected("invalid_message")]
    assert log.held == {}
