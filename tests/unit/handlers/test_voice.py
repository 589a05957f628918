"""Voice sessions, from the gateway's events to the answers."""

from functions.domain.log.events import (
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from tests.fakes import MemoryLog
from tests.unit.handlers.frames import answer, at, end, start


def test_a_voice_session_is_opened_and_ended(log: MemoryLog) -> None:
    ready = answer(start(**at(1)), log)
    session = ready["data"]["voiceSessionId"]
    ended = answer(end(session, 299, **at(31)), log)

    assert (ready["type"], ready["id"]) == ("voice_ready", "v-1")
    assert (ended["type"], ended["id"]) == ("voice_ended", "e-1")
    assert ended["data"] == {"voiceSessionId": session, "frames": 300, "seconds": 30, "reason": "client"}
    assert log.facts == [
        VoiceSessionStarted(16000, "lpcm"),
        VoiceSessionEnded(session, 300, 30, "client"),
    ]
    assert log.events[0].event_id == session


def test_one_voice_session_at_a_time(log: MemoryLog) -> None:
    answer(start(**at(1)), log)
    frame = answer(start(**at(2)), log)

    assert (frame["data"]["code"], frame["id"]) == ("conflict", "v-1")


def test_each_connection_has_a_voice_session_of_its_own(log: MemoryLog) -> None:
    answer(start(**at(1)), log)
    frame = answer(start(connectionId="another", **at(2)), log)

    assert frame["type"] == "voice_ready"


def test_an_ended_voice_session_makes_room_for_the_next(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    answer(end(session, **at(2)), log)
    frame = answer(start(**at(3)), log)

    assert frame["type"] == "voice_ready"
    assert frame["data"]["voiceSessionId"] != session


def test_a_voice_session_may_be_taken_over_after_15_minutes(log: MemoryLog) -> None:
    first = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    early = answer(start(**at(901)), log)
    late = answer(start(**at(901.001)), log)

    assert early["data"]["code"] == "conflict"
    assert late["type"] == "voice_ready"
    assert answer(end(first, **at(902)), log)["data"]["code"] == "not_found"


def test_a_retried_start_and_end_answer_as_before(log: MemoryLog) -> None:
    ready = answer(start(**at(1)), log)
    session = ready["data"]["voiceSessionId"]
    ended = answer(end(session, **at(2)), log)

    assert answer(end(session, **at(2)), log)["data"] == ended["data"]
    assert answer(start(**at(1)), log)["data"] == ready["data"]
    assert len(log.events) == 2
    assert log.held == {}


def test_a_voice_session_ends_once(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    answer(end(session, **at(2)), log)
    frame = answer(end(session, **at(3)), log)

    assert (frame["data"]["code"], frame["id"]) == ("not_found", "e-1")


def test_nobody_ends_the_voice_session_of_another_connection(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    frame = answer(end(session, connectionId="another", **at(2)), log)

    assert frame["data"]["code"] == "not_found"
    assert answer(end(session, **at(3)), log)["type"] == "voice_ended"


def test_an_end_that_claims_more_than_there_was_time_for_is_refused(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    frame = answer(end(session, 1_000, **at(2)), log)

    assert frame["data"]["code"] == "rate_limited"
    assert frame["data"]["retryAfter"] == 17
    assert answer(end(session, 1_000, **at(19)), log)["type"] == "voice_ended"
