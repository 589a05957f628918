"""Voice sessions, from the gateway's events to the answers."""

import pytest

from functions.domain.log.facts import VoiceSessionEnded, VoiceSessionStarted
from functions.domain.log.ids import lowest
from tests.fakes import MemoryLog
from tests.gateway_events import CONNECTED_AT, CONNECTION, identity
from tests.unit.handlers.frames import answer, at, end, start, text


def later(seconds: int) -> dict[str, str]:
    """Return the identity of a connection that was opened so many seconds later."""
    return identity(connectedAt=str(CONNECTED_AT + seconds * 1000))


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
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    frame = answer(start("v-2", **at(2)), log)

    assert (frame["data"]["code"], frame["id"]) == ("conflict", "v-2")
    assert frame["data"]["voiceSessionId"] == session


def test_each_connection_has_a_voice_session_of_its_own(log: MemoryLog) -> None:
    answer(start(**at(1)), log)
    frame = answer(start("v-2", connectionId="another", **at(2)), log)

    assert frame["type"] == "voice_ready"


def test_an_ended_voice_session_makes_room_for_the_next(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    answer(end(session, **at(2)), log)
    frame = answer(start("v-2", **at(3)), log)

    assert frame["type"] == "voice_ready"
    assert frame["data"]["voiceSessionId"] != session


def test_a_voice_session_may_be_taken_over_after_15_minutes(log: MemoryLog) -> None:
    first = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    early = answer(start("v-2", **at(901)), log)
    late = answer(start("v-3", **at(901.001)), log)

    assert early["data"]["code"] == "conflict"
    assert late["type"] == "voice_ready"
    assert answer(end(first, **at(902)), log)["data"]["code"] == "not_found"


def test_a_start_and_an_end_that_the_gateway_repeats_are_answered_as_before(log: MemoryLog) -> None:
    ready = answer(start(**at(1)), log)
    session = ready["data"]["voiceSessionId"]
    ended = answer(end(session, **at(2)), log)

    assert answer(end(session, **at(2)), log)["data"] == ended["data"]
    assert answer(start(**at(1)), log)["data"] == ready["data"]
    assert len(log.events) == 2


def test_a_start_whose_answer_was_lost_is_answered_again(log: MemoryLog) -> None:
    lost = answer(start(**at(1)), log)
    again = answer(start(**at(2)), log)

    assert (again["type"], again["id"], again["data"]) == ("voice_ready", "v-1", lost["data"])
    assert log.facts == [VoiceSessionStarted(16000, "lpcm")]


def test_a_start_that_is_repeated_is_not_counted(log: MemoryLog) -> None:
    for second in range(30):
        assert answer(start(**at(second)), log)["type"] == "voice_ready"

    assert sum(log.counts.values()) == 1


def test_a_start_that_is_repeated_after_its_voice_session_has_ended_is_not_found(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    answer(end(session, **at(2)), log)
    over = answer(start(**at(3)), log)
    answer(start("v-2", **at(4)), log)
    replaced = answer(start(**at(5)), log)

    assert [frame["data"]["code"] for frame in (over, replaced)] == ["not_found"] * 2


def test_a_start_that_is_repeated_when_its_voice_session_may_be_replaced_is_not_found(log: MemoryLog) -> None:
    answer(start(**at(1)), log)

    assert answer(start(**at(901)), log)["type"] == "voice_ready"
    assert answer(start(**at(901.001)), log)["data"]["code"] == "not_found"


def test_a_start_that_is_repeated_on_another_connection_is_not_found(log: MemoryLog) -> None:
    answer(start(**at(1)), log)
    frame = answer(start(connectionId="another", **at(2)), log)

    assert frame["data"]["code"] == "not_found"
    assert "voiceSessionId" not in frame["data"]


def test_an_end_whose_answer_was_lost_is_answered_again_by_the_same_numbers(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    lost = answer(end(session, 299, **at(31)), log)
    again = answer(end(session, 299, **at(90)), log)
    elsewhere = answer(
        end(session, 299, connectionId="another", authorizer=later(80), **at(100)),
        log,
    )

    assert lost["data"] == again["data"] == elsewhere["data"]
    assert {frame["id"] for frame in (again, elsewhere)} == {"e-1"}
    assert len(log.events) == 2


def test_a_voice_session_ends_once(log: MemoryLog) -> None:
    session = answer(start(**at(1)), log)["data"]["voiceSessionId"]
    answer(end(session, **at(2)), log)
    frame = answer(end(session, client_id="e-2", **at(3)), log)

    assert (frame["data"]["code"], frame["id"]) == ("not_found", "e-2")


def test_an_id_that_was_used_for_speech_is_none_for_a_text(log: MemoryLog) -> None:
    session = answer(start("one", **at(1)), log)["data"]["voiceSessionId"]
    as_text = answer(text(client_id="one", **at(2)), log)
    as_end = answer(end(session, client_id="one", **at(3)), log)

    assert [frame["data"]["code"] for frame in (as_text, as_end)] == ["conflict"] * 2
    assert answer(end(session, client_id="two", **at(4)), log)["type"] == "voice_ended"


@pytest.mark.parametrize(
    ("session", "last_seq"),
    [(None, 1_000_000), (lowest(CONNECTED_AT + 3_600_000), 0)],
    ids=["pace", "future"],
)
def test_an_id_that_was_used_is_a_conflict_before_anything_else_is_judged(
    log: MemoryLog, session: str | None, last_seq: int
) -> None:
    began = answer(start("one", **at(1)), log)["data"]["voiceSessionId"]

    frame = answer(end(session or began, last_seq, client_id="one", **at(2)), log)

    assert frame["data"]["code"] == "conflict"
    assert log.held[f"voice#{CONNECTION}"][0] == began


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
    assert VoiceSessionEnded not in map(type, log.facts)
    assert answer(end(session, 1_000, **at(19)), log)["type"] == "voice_ended"
