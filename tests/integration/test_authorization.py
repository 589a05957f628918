"""Who may do what to which connection: what one user tries with the sessions and connections of another."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import InvalidStatus

from tests.integration.backend import Backend
from tests.integration.client import open_socket
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually


def test_a_session_belongs_to_the_first_user_who_used_it(backend: Backend, connect: Connect) -> None:
    session = f"s-{uuid.uuid4().hex}"
    owner = connect("ada-owns", session)
    owner.text("mine", "m-1")
    owner.close()

    with pytest.raises(InvalidStatus) as refused:
        connect("bob-tries", session)

    assert refused.value.response.status_code == 403
    assert connect("ada-owns", session).text("mine", "m-1")
    assert {message["user_id"] for message in eventually(lambda: backend.messages(session))} == {"ada-owns"}


def test_of_two_users_who_claim_a_session_at_once_one_gets_it(backend: Backend) -> None:
    session = f"s-{uuid.uuid4().hex}"

    def status(user: str) -> int:
        query = {"userId": user, "sessionId": session}
        try:
            with open_socket(backend.outputs.websocket_url, query, f"test/{uuid.uuid4().hex}"):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    with ThreadPoolExecutor(4) as threads:
        statuses = list(threads.map(status, [f"rival-{number}" for number in range(4)]))

    assert sorted(statuses) == [101, 403, 403, 403]


def test_a_session_named_as_somebodys_connection_shares_nothing_with_it(
    backend: Backend, connect: Connect
) -> None:
    owner = connect()
    message = owner.text("private", "m-1")
    stranger = connect(session_id=owner.connection_id)

    said = stranger.text("private", "m-1")

    assert said != message
    eventually(lambda: backend.messages(stranger.conversation))
    assert {each["user_id"] for each in backend.messages(stranger.conversation)} == {stranger.user_id}
    own = eventually(lambda: backend.messages(owner.conversation))
    assert [each["event_id"] for each in own] == [message]


def test_nobody_ends_the_voice_session_of_another(backend: Backend, connect: Connect) -> None:
    owner, stranger = connect(), connect()
    session = owner.start_voice()

    answer = stranger.end_voice(session, -1)

    assert answer["data"]["code"] == "not_found"
    assert "VoiceSessionEnded" not in backend.types(owner.connection_id)
    assert owner.end_voice(session, -1)["type"] == "voice_ended"


def test_speech_in_the_voice_session_of_another_changes_nothing_of_theirs(
    backend: Backend, connect: Connect
) -> None:
    owner, stranger = connect(), connect()
    session = owner.start_voice()

    stranger.speak(session, 1)
    assert stranger.receive()["data"]["code"] == "not_found"

    assert backend.types(owner.connection_id) == ["ConnectionOpened", "VoiceSessionStarted"]
    assert owner.end_voice(session, -1)["data"]["frames"] == 0


def test_a_frame_cannot_say_that_it_is_of_somebody_else(backend: Backend, connect: Connect) -> None:
    owner, stranger = connect(), connect()
    claimed = {"userId": owner.user_id, "connectionId": owner.connection_id, "user_id": owner.user_id}
    frame = {
        "type": "text_message",
        "data": {"text": "hello", **claimed},
        "requestContext": {"connectionId": owner.connection_id, "authorizer": claimed},
        **claimed,
    }

    assert stranger.ask(json.dumps(frame))["type"] == "text_ack"

    assert backend.types(owner.connection_id) == ["ConnectionOpened"]
    assert {event.user_id for event in backend.events(stranger.connection_id)} == {stranger.user_id}
