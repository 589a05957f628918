"""Faults of what the functions need: clients are told and stay connected, and nothing is lost."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import InvalidStatus

from functions.names import ROUTE_VOICE_DATA
from tests import gateway_events
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import Connect
from tests.integration.gateway import Gateway, now
from tests.integration.waiting import eventually

NOWHERE = "http://127.0.0.1:9"


@contextmanager
def powerless(backend: Backend, function: str, action: str) -> Iterator[None]:
    """Take from a function, for as long as the block lasts, the policies that allow it an action."""
    iam, functions = backend.cloud.client("iam"), backend.cloud.client("lambda")
    configuration = functions.get_function_configuration(FunctionName=backend.named(function))
    role = configuration["Role"].rpartition("/")[2]
    held = {
        name: json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    taken = [name for name, document in held.items() if f'"{action}"' in document]
    assert taken, (role, held)
    try:
        for name in taken:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
        yield
    finally:
        for name in taken:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=held[name])


@contextmanager
def cut_off(backend: Backend, function: str) -> Iterator[None]:
    """Let a function find no DynamoDB for as long as the block lasts."""
    client = backend.cloud.client("lambda")
    name = backend.named(function)
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    lost = {**variables, "AWS_ENDPOINT_URL_DYNAMODB": NOWHERE}
    try:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": lost})
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def test_a_fault_within_is_told_without_its_insides_and_the_connection_stays(
    backend: Backend, client: Client
) -> None:
    with powerless(backend, "message", "dynamodb:PutItem"):
        error = client.ask({"type": "text_message", "id": "m-1", "data": {"text": "x"}})
        assert client.ask({"type": "ping"}) == {"type": "pong"}

    assert error["type"] == "error"
    assert error["data"]["code"] == "internal"
    assert set(error["data"]) == {"code", "message", "correlationId"}
    told = json.dumps(error).lower()
    assert not [word for word in ("dynamodb", "denied", "arn:", "traceback", "botocore") if word in told]
    assert client.text("x", "m-1")
    assert backend.types(client.connection_id) == ["ConnectionOpened", "TextMessageReceived"]


def test_a_log_out_of_reach_is_unavailable_and_the_same_text_may_be_sent_again(
    backend: Backend, client: Client
) -> None:
    frame = {"type": "text_message", "id": "m-1", "data": {"text": "x"}}

    with cut_off(backend, "message"):
        error = client.ask(frame)

    assert (error["id"], error["data"]["code"], error["data"]["retryAfter"]) == ("m-1", "unavailable", 1)
    assert backend.types(client.connection_id) == ["ConnectionOpened"]
    assert client.ask(frame)["type"] == "text_ack"
    assert backend.types(client.connection_id) == ["ConnectionOpened", "TextMessageReceived"]


def test_a_frame_is_refused_by_its_code_though_the_refusal_cannot_be_recorded(
    backend: Backend, client: Client
) -> None:
    with cut_off(backend, "message"):
        assert client.refused("no JSON") == "invalid_json"

    assert backend.types(client.connection_id) == ["ConnectionOpened"]


def test_a_fault_within_is_told_by_callback_where_frames_have_no_answer(
    backend: Backend, client: Client, gateway: Gateway
) -> None:
    session = client.start_voice()
    in_a_minute = now() + 60_000
    frame = gateway_events.voice_data(session, 600)["body"]

    with powerless(backend, "message", "dynamodb:PutItem"):
        assert gateway.frame(frame, ROUTE_VOICE_DATA, requestTimeEpoch=in_a_minute) == {"statusCode": 200}
        error = client.receive()

    assert error["data"]["code"] == "internal"
    assert "dynamodb" not in json.dumps(error).lower()


def test_nobody_connects_who_cannot_be_logged(backend: Backend, connect: Connect, user: str) -> None:
    with powerless(backend, "lifecycle", "dynamodb:PutItem"), pytest.raises(InvalidStatus) as refused:
        connect(user)

    assert refused.value.response.status_code in (403, 500, 503)
    assert backend.events_of_user(user) == []
    assert connect(user).ask({"type": "ping"}) == {"type": "pong"}


def test_an_error_that_cannot_be_delivered_ends_nothing(backend: Backend, client: Client) -> None:
    no_speech = {"type": "voice_data"}
    with powerless(backend, "message", "execute-api:ManageConnections"):
        client.send(no_speech)
        assert client.text("still here")

    client.send(no_speech)
    assert client.receive()["data"]["code"] == "invalid_message"


@pytest.mark.usefixtures("quiet")
def test_clients_do_not_notice_a_projection_that_stands_still_and_it_catches_up(
    backend: Backend, connect: Connect
) -> None:
    with powerless(backend, "projector", "dynamodb:PutItem"):
        client = connect()
        sent = [client.text(f"text {number}") for number in range(3)]
        assert backend.row(client.connection_id) is None

    eventually(lambda: [message["event_id"] for message in backend.messages(client.conversation)] == sent)
    eventually(lambda: not backend.differences())
