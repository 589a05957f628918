"""Requests as the gateway sends them, and the frames it is given."""

import json

import msgspec
import pytest

from functions.aws.gateway.requests import Authorizer, Request, encode, read, refusal, text_of
from functions.domain.frames.protocol import ErrorData, Pong, TextAck, TextAckData
from functions.domain.refusals import Refused, Unavailable
from functions.names import PONG
from tests.gateway_events import (
    CONNECTED_AT,
    CONNECTION,
    EXPIRES_AT,
    cause,
    connect,
    disconnect,
    fixture,
    identity,
    message,
)

RETENTION = 90 * 86_400


def test_the_authorizers_context_is_read_from_its_strings() -> None:
    request = read(fixture("message"), RETENTION, None)

    assert request.authorizer == Authorizer(
        "alice", CONNECTED_AT, CONNECTED_AT // 1000 + 7_200, "s-1", EXPIRES_AT
    )


def test_a_cause_is_who_since_when_and_which_request() -> None:
    request = read(fixture("message"), RETENTION, "1-69229a20-5bd2f1a63e07c4d812f09b7a")

    assert request.cause == cause(
        request_id="Uc3xzEw5IAMFtsg=", trace_id="1-69229a20-5bd2f1a63e07c4d812f09b7a"
    )
    assert request.cause.connection_id == CONNECTION
    assert request.cause.expires_at == EXPIRES_AT


def test_since_when_is_the_authorizers_word_and_not_the_gateways_of_this_event() -> None:
    request = read(message("{}", connectedAt=CONNECTED_AT + 4_000), RETENTION, None)

    assert request.cause.connected_at == CONNECTED_AT


def test_a_connection_without_a_session_has_none() -> None:
    event = fixture("message")
    del event["requestContext"]["authorizer"]["sessionId"]

    assert read(event, RETENTION, None).cause.session_id is None


def test_a_request_without_an_authorizer_names_nobody() -> None:
    request = read(message("{}", authorizer=None), RETENTION, None)

    with pytest.raises(Refused) as caught:
        _ = request.cause

    assert caught.value.code == "unauthorized"


@pytest.mark.parametrize("missing", ["connectedAt", "exp", "userId"])
def test_an_authorizers_context_that_is_not_ours_is_no_request(missing: str) -> None:
    event = fixture("message")
    del event["requestContext"]["authorizer"][missing]

    with pytest.raises(msgspec.ValidationError):
        read(event, RETENTION, None)


def test_events_expire_when_it_was_decided_as_the_connection_opened() -> None:
    assert read(fixture("message"), 15 * 86_400, None).cause.expires_at == EXPIRES_AT


def test_events_of_a_connection_of_an_earlier_release_expire_as_the_setting_says() -> None:
    event = message("{}", authorizer=identity(expiresAt=None))

    assert read(event, 15 * 86_400, None).cause.expires_at == CONNECTED_AT // 1000 + 15 * 86_400


def test_a_body_cannot_say_how_long_events_are_kept() -> None:
    event = {**fixture("message"), "retentionSeconds": 10**9, "traceId": "forged"}

    request = read(event, RETENTION, None)

    assert (request.retention_seconds, request.trace_id) == (RETENTION, None)


def test_the_user_agent_is_the_gateways_or_else_the_headers() -> None:
    event = connect(identity={"sourceIp": "203.0.113.17"})

    assert read(connect(), RETENTION, None).user_agent == fixture("connect")["headers"]["User-Agent"]
    event["headers"] = {"user-AGENT": "curl/8"}
    assert read(event, RETENTION, None).user_agent == "curl/8"
    event["headers"] = None
    assert read(event, RETENTION, None).user_agent is None


def test_a_disconnect_says_why() -> None:
    context = read(disconnect(), RETENTION, None).request_context

    assert (context.disconnect_status_code, context.disconnect_reason) == (1001, "Going away")


def test_an_answer_says_when_it_was_sent() -> None:
    frame = encode(TextAck(id="m-1", data=TextAckData("01")), CONNECTED_AT)

    assert json.loads(frame) == {
        "type": "text_ack",
        "id": "m-1",
        "timestamp": "2026-11-23T05:12:00.123Z",
        "data": {"messageId": "01"},
    }


def test_an_answer_to_a_frame_without_an_id_has_none() -> None:
    assert "id" not in json.loads(encode(TextAck(data=TextAckData("01")), CONNECTED_AT))


def test_a_pong_is_what_the_gateway_answers_by_itself() -> None:
    assert json.loads(encode(Pong(), CONNECTED_AT)) == json.loads(PONG)


def asked(body: object) -> Request:
    """Return the request of a frame."""
    return read(message(body, requestId="request-1"), RETENTION, None)


def test_a_refusal_is_an_error_that_the_log_can_be_searched_for() -> None:
    request = asked({"type": "ping", "id": "m-1"})

    error = refusal(Refused("conflict", "Busy.", retry_after=3, voice_session_id="01"), request)

    assert error.id == "m-1"
    assert error.data == ErrorData("conflict", "Busy.", "request-1", 3, "01")


def test_a_refusal_keeps_the_problem_of_the_server_to_itself() -> None:
    frame = encode(refusal(Unavailable("ThrottlingException of PutItem"), asked({})), CONNECTED_AT)

    assert json.loads(frame)["data"] == {
        "code": "unavailable",
        "message": "The request could not be recorded. Try again.",
        "correlationId": "request-1",
        "retryAfter": 1,
    }


@pytest.mark.parametrize(
    ("body", "is_base64_encoded", "text"),
    [
        ("plain", False, "plain"),
        ("cGxhaW4=", False, "cGxhaW4="),
        ("cGxhaW4=", True, "plain"),
        ("/wD+", True, ""),
        ("A", True, ""),
        ("\u00e4", True, ""),
        (None, False, ""),
        ({"id": "m-1"}, False, ""),
    ],
)
def test_the_text_of_a_frame_is_found_in_whatever_the_gateway_sends(
    body: object, is_base64_encoded: object, text: str
) -> None:
    assert text_of(body, is_base64_encoded) == text
