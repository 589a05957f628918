"""Refused frames: which code the client gets, that nothing changes, and what the log says of it."""

import json

import pytest

from functions.domain.limits import CONNECTION_SECONDS
from functions.domain.log.facts import MessageRejected
from functions.names import ROUTE_DEFAULT, ROUTE_VOICE_DATA
from local.function_logs import FunctionLogs, of_invocations, shown
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.gateway import Gateway, now
from tests.integration.waiting import eventually

TEXT = '{"type": "text_message", "data": {"text": %s}}'

FRAMES = [
    pytest.param("hello", "invalid_json", id="no JSON"),
    pytest.param('{"type": "ping"', "invalid_json", id="cut off"),
    pytest.param(TEXT % "NaN", "invalid_json", id="NaN"),
    pytest.param(TEXT % "'x'", "invalid_json", id="single quotes"),
    pytest.param('{"type": "text_message", "data": {"text": "x"}} x', "invalid_json", id="a tail"),
    pytest.param(TEXT % '"\\ud800"', "invalid_json", id="half a surrogate"),
    pytest.param("null", "invalid_message", id="null"),
    pytest.param("[]", "invalid_message", id="a list"),
    pytest.param('"ping"', "invalid_message", id="a string"),
    pytest.param("{}", "invalid_message", id="no type"),
    pytest.param('{"type": null}', "invalid_message", id="no text as type"),
    pytest.param('{"type": {"$default": 1}}', "invalid_message", id="an object as type"),
    pytest.param('{"type": "text_message"}', "invalid_message", id="no data"),
    pytest.param('{"type": "text_message", "data": []}', "invalid_message", id="a list as data"),
    pytest.param(TEXT % '""', "invalid_message", id="an empty text"),
    pytest.param(TEXT % "12", "invalid_message", id="a number as text"),
    pytest.param(
        '{"type": "text_message", "id": "a b", "data": {"text": "x"}}', "invalid_message", id="a bad id"
    ),
    pytest.param(
        '{"type": "voice_start", "data": {"sampleRate": 44100}}', "invalid_message", id="a sample rate"
    ),
    pytest.param(
        '{"type": "voice_end", "data": {"voiceSessionId": "x", "lastSeq": 1}}',
        "invalid_message",
        id="a bad voice session",
    ),
    pytest.param('{"type": "shout"}', "unknown_type", id="an unknown type"),
    pytest.param('{"type": ""}', "unknown_type", id="an empty type"),
    pytest.param('{"type": "text_ack", "data": {"messageId": "x"}}', "unknown_type", id="a server's type"),
    pytest.param(TEXT % f'"{"x" * 8_001}"', "too_large", id="a long text"),
    pytest.param(TEXT % f'"{"x" * 32_768}"', "too_large", id="a large frame"),
]


@pytest.mark.parametrize(("frame", "code"), FRAMES)
def test_what_cannot_be_taken_is_refused_by_its_code(
    backend: Backend, client: Client, frame: str, code: str
) -> None:
    assert client.refused(frame) == code

    _, rejected = backend.events(client.connection_id)
    assert rejected.fact == MessageRejected(code)
    assert rejected.user_id == client.user_id


def test_the_correlation_id_of_an_error_leads_to_its_line(backend: Backend, client: Client) -> None:
    began = now()
    correlation_id = client.ask({"type": "shout"})["data"]["correlationId"]

    lines = FunctionLogs(backend.cloud.client("logs"), now, since=began).news()

    (line,) = shown(of_invocations(lines, correlation_id))
    assert "message: INFO frame " in line
    assert f" user_id={client.user_id} " in line
    assert line.endswith(" refused=unknown_type")


def test_an_error_names_a_reason_and_where_to_find_more(client: Client) -> None:
    answer = client.ask({"type": "shout", "id": "s-1"})

    assert set(answer) == {"type", "id", "timestamp", "data"}
    assert answer["id"] == "s-1"
    assert set(answer["data"]) == {"code", "message", "correlationId"}
    assert answer["data"]["correlationId"]


def test_a_binary_frame_is_refused(client: Client) -> None:
    # on AWS the gateway ends the connection itself (1003); here the bytes arrive, replaced where not UTF-8
    assert client.refused(b"\xff\x00\xfe") == "invalid_json"
    assert client.text("still here")


def test_a_frame_that_comes_in_base64_is_refused(gateway: Gateway) -> None:
    event = gateway.message({"type": "text_message", "data": {"text": "x"}}) | {"isBase64Encoded": True}

    answer = gateway.backend.invoke(gateway.backend.named("message"), event)

    assert json.loads(answer["body"])["data"]["code"] == "invalid_json"


def test_an_empty_frame_is_refused(client: Client) -> None:
    assert client.refused("") == "invalid_json"


@pytest.mark.parametrize("route", ["$connect", "$disconnect"])
def test_a_body_that_names_a_lifecycle_route_changes_nothing(
    backend: Backend, client: Client, route: str
) -> None:
    client.send({"type": route, "data": {"userId": "mallory"}})

    assert client.receive()["data"]["code"] == "invalid_message"
    assert client.text("still here")
    assert backend.types(client.connection_id) == [
        "ConnectionOpened",
        "MessageRejected",
        "TextMessageReceived",
    ]


def test_a_body_that_names_the_default_route_is_refused(client: Client) -> None:
    assert client.refused({"type": "$default"}) == "invalid_message"


def test_a_body_cannot_say_who_it_is_from(backend: Backend, client: Client) -> None:
    client.ask(
        {
            "type": "text_message",
            "userId": "mallory",
            "requestContext": {"authorizer": {"userId": "mallory"}, "eventType": "DISCONNECT"},
            "data": {"text": "x", "userId": "mallory"},
        }
    )

    assert {event.user_id for event in backend.events(client.connection_id)} == {client.user_id}


def test_deep_nesting_is_answered(client: Client) -> None:
    allowed, deep = "[" * 31 + "]" * 31, "[" * 500 + "]" * 500

    answer = client.ask(f'{{"type": "text_message", "data": {{"text": "x"}}, "extra": {allowed}}}')

    assert answer["type"] == "text_ack"
    assert (
        client.refused(f'{{"type": "text_message", "data": {{"text": "x"}}, "extra": {deep}}}')
        == "invalid_json"
    )


def test_another_text_under_a_taken_id_is_a_conflict(backend: Backend, client: Client) -> None:
    client.text("one", "m-1")

    answer = client.ask({"type": "text_message", "id": "m-1", "data": {"text": "two"}})

    assert (answer["id"], answer["data"]["code"]) == ("m-1", "conflict")
    assert backend.types(client.connection_id) == [
        "ConnectionOpened",
        "TextMessageReceived",
        "MessageRejected",
    ]


def test_refusals_of_one_kind_are_one_event_a_minute(backend: Backend, client: Client) -> None:
    for _ in range(5):
        client.refused("hello")
        client.refused('{"type": "shout"}')

    rejected = [fact.code for fact in backend.facts(client.connection_id)[1:]]
    # a minute may have turned in between
    assert set(rejected) == {"invalid_json", "unknown_type"}
    assert len(rejected) <= 4


def test_a_refused_frame_is_activity_and_ends_nothing(backend: Backend, client: Client) -> None:
    client.refused("hello")
    rejected = backend.events(client.connection_id)[-1]

    row = eventually(
        lambda: (found := backend.row(client.connection_id)) and found.last_activity >= rejected.at
    )

    assert row
    assert client.text("after all")
    assert backend.status(client.connection_id) == "CONNECTED"


@pytest.mark.parametrize("route", [ROUTE_DEFAULT, ROUTE_VOICE_DATA])
def test_a_client_past_its_token_is_told_by_callback_and_disconnected(
    client: Client, gateway: Gateway, route: str
) -> None:
    later = now() + CONNECTION_SECONDS * 1000

    answer = gateway.frame({"type": "text_message", "data": {"text": "x"}}, route, requestTimeEpoch=later)

    assert answer == {"statusCode": 200}
    assert client.receive()["data"]["code"] == "token_expired"
    assert client.closed_by_the_server()
    types = gateway.backend.types(client.connection_id)
    assert "MessageRejected" in types
    assert "TextMessageReceived" not in types


def test_a_client_that_the_gateway_names_nobody_is_told_and_leaves_no_event(
    client: Client, gateway: Gateway
) -> None:
    frame = {"type": "text_message", "data": {"text": "x"}}

    answer = gateway.frame(frame, authorizer=None)
    gateway.frame(frame, ROUTE_VOICE_DATA, authorizer=None)

    assert json.loads(answer["body"])["data"]["code"] == "unauthorized"
    assert client.receive()["data"]["code"] == "unauthorized"
    assert gateway.backend.types(client.connection_id) == ["ConnectionOpened"]
