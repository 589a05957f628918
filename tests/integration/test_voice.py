"""Voice sessions: one at a time, frames counted by their numbers, errors by callback."""

import pytest

from functions.domain.log.facts import (
    ActivityRecorded,
    MessageRejected,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from functions.domain.log.ids import event_id, time_of
from functions.names import ROUTE_VOICE_DATA
from tests import gateway_events
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Connect
from tests.integration.gateway import Gateway, now
from tests.integration.waiting import eventually


def test_a_voice_session_is_opened_spoken_in_and_ended(backend: Backend, client: Client) -> None:
    answer = client.ask(
        {"type": "voice_start", "id": "v-1", "data": {"sampleRate": 24000, "voice": "tiffany"}}
    )
    session = answer["data"]["voiceSessionId"]
    for seq in range(5):
        client.speak(session, seq)
    ended = client.end_voice(session, 4)

    assert (answer["type"], answer["id"]) == ("voice_ready", "v-1")
    assert ended["type"] == "voice_ended"
    assert ended["data"] == {"voiceSessionId": session, "frames": 5, "seconds": 0, "reason": "client"} | {
        "seconds": ended["data"]["seconds"]
    }
    _, started, over = backend.events(client.connection_id)
    assert started.event_id == session
    assert started.fact == VoiceSessionStarted(24000, "lpcm", "tiffany")
    assert over.fact == VoiceSessionEnded(session, 5, (over.at - time_of(session)) // 1000, "client")


def test_a_frame_of_speech_is_answered_by_nothing(client: Client) -> None:
    session = client.start_voice()

    client.speak(session, 0, audio="UklGRg==")

    # frames of one function are answered in order here, so this would be the second answer
    assert client.end_voice(session, 0)["type"] == "voice_ended"


def test_a_minute_of_speech_is_an_event(backend: Backend, client: Client, gateway: Gateway) -> None:
    session = client.start_voice()
    in_a_minute = now() + 60_000

    for seq in (599, 600, 601):
        frame = gateway_events.voice_data(session, seq)["body"]
        assert gateway.frame(frame, ROUTE_VOICE_DATA, requestTimeEpoch=in_a_minute) == {"statusCode": 200}

    recorded = [fact for fact in backend.facts(client.connection_id) if isinstance(fact, ActivityRecorded)]
    assert recorded == [ActivityRecorded(session, 601)]


def test_frames_show_in_the_row(backend: Backend, client: Client) -> None:
    session = client.start_voice()
    client.end_voice(session, 41)

    def spoken() -> bool:
        row = backend.row(client.connection_id)
        return row is not None and session in row.voice and row.voice[session].ended_at is not None

    eventually(spoken)
    item = backend.item(client.connection_id)
    assert item is not None
    assert item["voice"][session]["frames"] == 42


def test_a_voice_session_without_a_frame_ends_too(client: Client) -> None:
    session = client.start_voice()

    assert client.end_voice(session, -1)["data"]["frames"] == 0


def test_a_second_voice_session_is_a_conflict_that_names_the_first(backend: Backend, client: Client) -> None:
    session = client.start_voice()

    error = client.ask({"type": "voice_start"})

    assert (error["data"]["code"], error["data"]["voiceSessionId"]) == ("conflict", session)
    assert backend.types(client.connection_id).count("VoiceSessionStarted") == 1


def test_a_start_and_an_end_that_are_sent_again_are_answered_as_before(
    backend: Backend, client: Client
) -> None:
    start = {"type": "voice_start", "id": "v-1"}
    ready, ready_again = client.ask(start), client.ask(start)
    end = {
        "type": "voice_end",
        "id": "v-2",
        "data": {"voiceSessionId": ready["data"]["voiceSessionId"], "lastSeq": 7},
    }

    ended, ended_again = client.ask(end), client.ask(end)

    assert (ready["type"], ended["type"]) == ("voice_ready", "voice_ended")
    assert (ready["data"], ended["data"]) == (ready_again["data"], ended_again["data"])
    assert client.refused(start) == "not_found"
    assert client.refused({**end, "id": "v-1"}) == "conflict"
    _, *types = backend.types(client.connection_id)
    assert sorted(types) == ["MessageRejected", "MessageRejected", "VoiceSessionEnded", "VoiceSessionStarted"]


def test_another_connection_has_its_own_voice_session(connect: Connect, user: str) -> None:
    assert connect(user, f"s-{user}").start_voice() != connect(user, f"s-{user}").start_voice()


def test_after_the_end_another_voice_session_may_begin(client: Client) -> None:
    first = client.start_voice()
    client.end_voice(first, 0)

    assert client.start_voice() != first


def test_a_voice_session_ends_once(client: Client) -> None:
    session = client.start_voice()
    client.end_voice(session, 0)

    assert client.end_voice(session, 0)["data"]["code"] == "not_found"


def test_the_end_of_a_voice_session_that_never_was_is_not_found(client: Client) -> None:
    assert client.end_voice(event_id(0, "never"), 0)["data"]["code"] == "not_found"


@pytest.mark.usefixtures("quiet")
def test_an_open_voice_session_ends_with_its_connection(backend: Backend, client: Client) -> None:
    before = backend.counters().get((0, "voice_sessions"), 0)
    client.start_voice()

    client.close()

    eventually(lambda: backend.counters().get((0, "voice_sessions"), 0) == before + 1)


def test_speech_ahead_of_its_time_is_refused_by_callback(backend: Backend, client: Client) -> None:
    session = client.start_voice()

    client.speak(session, 100_000)

    error = client.receive()
    assert error["type"] == "error"
    assert error["data"]["code"] == "rate_limited"
    assert 0 < error["data"]["retryAfter"] <= 2_000
    assert MessageRejected("rate_limited") in backend.facts(client.connection_id)


def test_speech_in_a_session_that_never_was_is_refused_by_callback(client: Client) -> None:
    client.speak(event_id(0, "never"), 0)

    assert client.receive()["data"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param({"seq": -1, "audio": "AAAA"}, "invalid_message", id="a negative number"),
        pytest.param({"seq": 2**31, "audio": "AAAA"}, "invalid_message", id="a great number"),
        pytest.param({"seq": 0, "audio": "A"}, "invalid_message", id="no base64"),
        pytest.param({"seq": 0, "audio": ""}, "invalid_message", id="no audio"),
        pytest.param({"seq": 0}, "invalid_message", id="audio is missing"),
        pytest.param({"seq": 0, "audio": "A" * 32_004}, "too_large", id="much audio"),
    ],
)
def test_speech_that_cannot_be_taken_is_refused_by_callback(
    client: Client, data: dict[str, object], code: str
) -> None:
    session = client.start_voice()

    client.send({"type": "voice_data", "id": "f-1", "data": {"voiceSessionId": session, **data}})

    error = client.receive()
    assert (error["type"], error["id"], error["data"]["code"]) == ("error", "f-1", code)
