"""Speech, as far as the function that takes its frames answers: one session of each conversation."""

import json

import pytest

from functions.domain.log.facts import ActivityRecorded, MessageRejected, VoiceSessionStarted
from functions.domain.log.ids import event_id
from functions.names import ROUTE_VOICE_DATA
from tests import gateway_events
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Connect
from tests.integration.gateway import Gateway, now
from tests.integration.waiting import eventually


def test_a_voice_start_is_answered_at_once(backend: Backend, client: Client) -> None:
    client.send({"type": "voice_start", "id": "v-1", "data": {"sampleRate": 24000, "voice": "at-once"}})

    answers = {frame["type"]: frame for frame in (client.receive(), client.receive())}

    session = answers["voice_starting"]["data"]["voiceSessionId"]
    assert {frame["id"] for frame in answers.values()} == {"v-1"}
    started = next(each for each in backend.events(client.connection_id) if each.event_id == session)
    assert started.fact == VoiceSessionStarted(24000, "lpcm", "at-once")
    client.end_voice(session, -1)


def test_a_minute_of_speech_is_an_event(backend: Backend, client: Client, gateway: Gateway) -> None:
    session = client.start_voice()
    in_a_while = now() + 20_000

    for seq in (599, 600, 601):
        frame = gateway_events.voice_data(session, seq)["body"]
        assert gateway.frame(frame, ROUTE_VOICE_DATA, requestTimeEpoch=in_a_while) == {"statusCode": 200}

    recorded = [fact for fact in backend.facts(client.connection_id) if isinstance(fact, ActivityRecorded)]
    assert recorded == [ActivityRecorded(session, 601)]
    client.end_voice(session, -1)


def test_a_second_voice_session_is_a_conflict_that_names_the_first(
    backend: Backend, connect: Connect, user: str
) -> None:
    client, other = connect(user, f"s-{user}"), connect(user, f"s-{user}")
    session = client.start_voice()

    error = other.ask({"type": "voice_start"})

    assert (error["data"]["code"], error["data"]["voiceSessionId"]) == ("conflict", session)
    assert backend.types(other.connection_id).count("VoiceSessionStarted") == 0
    client.end_voice(session, -1)


def test_what_is_sent_again_is_answered_as_before(backend: Backend, client: Client) -> None:
    session = client.start_voice()
    again = client.start_voice()
    ended = client.end_voice(session, -1)
    start = {"type": "voice_start", "id": "v-1"}

    def is_told_again() -> bool:
        client.send({"type": "voice_end", "data": {"voiceSessionId": session, "lastSeq": -1}})
        try:
            return bool(json.loads(client.receive_any(seconds=1))["data"] == ended["data"])
        except TimeoutError:  # for a second, the session is taken to be open
            return False

    assert again == session
    eventually(is_told_again)
    assert client.ask(start)["data"] == ended["data"]
    assert client.refused({**start, "data": {"voice": "another"}}) == "conflict"
    assert backend.types(client.connection_id).count("VoiceSessionStarted") == 1


def test_another_conversation_has_its_own_voice_session(connect: Connect, user: str) -> None:
    clients = [connect(user, f"s-{number}-{user}") for number in range(2)]
    sessions = [client.start_voice() for client in clients]

    assert len(set(sessions)) == 2
    for client, session in zip(clients, sessions, strict=True):
        client.end_voice(session, -1)


def test_after_the_end_another_voice_session_may_begin(client: Client) -> None:
    first = client.start_voice()
    client.end_voice(first, -1)
    second = client.start_voice("v-2")

    assert second != first
    client.end_voice(second, -1)


def test_the_end_of_a_voice_session_that_never_was_is_not_found(client: Client) -> None:
    assert client.end_voice(event_id(0, "never"), 0)["data"]["code"] == "not_found"


def test_speech_ahead_of_its_time_is_refused_by_callback(backend: Backend, client: Client) -> None:
    session = client.start_voice()

    client.speak(session, 100_000)

    error = client.receive_one_of("error")
    assert error["data"]["code"] == "rate_limited"
    assert 0 < error["data"]["retryAfter"] <= 2_000
    assert MessageRejected("rate_limited") in backend.facts(client.connection_id)
    client.end_voice(session, -1)


def test_speech_in_a_session_that_never_was_is_refused_by_callback(client: Client) -> None:
    client.speak(event_id(0, "never"), 0)

    assert client.receive()["data"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param({"seq": -1, "audio": "AAAAAA=="}, "invalid_message", id="a negative number"),
        pytest.param({"seq": 2**31, "audio": "AAAAAA=="}, "invalid_message", id="a great number"),
        pytest.param({"seq": 0, "audio": "A"}, "invalid_message", id="no base64"),
        pytest.param({"seq": 0, "audio": ""}, "invalid_message", id="no audio"),
        pytest.param({"seq": 0}, "invalid_message", id="audio is missing"),
        pytest.param({"seq": 0, "audio": "A" * 32_004}, "too_large", id="much audio"),
    ],
)
def test_speech_that_cannot_be_taken_is_refused_by_callback(
    client: Client, data: dict[str, object], code: str
) -> None:
    session = event_id(0, "any")

    client.send({"type": "voice_data", "id": "f-1", "data": {"voiceSessionId": session, **data}})

    error = client.receive()
    assert (error["type"], error["id"], error["data"]["code"]) == ("error", "f-1", code)
