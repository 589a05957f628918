"""Which requests the connection manager takes, and how it refuses the others."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.aws.log.event_log import EventLog
from functions.aws.read_models.connections import Connections
from functions.aws.read_models.sessions import SessionLists
from functions.domain.connections.bases import RequestError
from functions.domain.connections.requests import Cleanup, ListAll, UpdateStatus, parse
from functions.domain.connections.sends import Push, Send, frame_of
from functions.domain.frames.protocol import MAX_SENT_BYTES
from functions.operations.connections.connection_manager import serve
from tests.fakes import MemoryLog
from tests.feeds.memory import notifying
from tests.unit.operations.connections.connection_rows import NOW, Gateway, Throttled, invocation

NOTE = {"type": "notification", "data": {"text": "hello"}}


def test_what_is_left_out_has_a_default() -> None:
    assert parse({"operation": "list_all"}) == ListAll(limit=50, cursor=None)
    assert parse({"operation": "cleanup"}) == Cleanup(idle_seconds=3600, dry_run=False)


@pytest.mark.parametrize("limit", [1, 500])
def test_a_page_holds_1_to_500(limit: int) -> None:
    assert parse({"operation": "list_all", "limit": limit}) == ListAll(limit=limit)


def test_a_request_names_its_arguments_in_camel_case() -> None:
    request = {"operation": "update_status", "connectionId": "c-1", "status": "CONNECTED", "by": "olga"}

    assert parse(request) == UpdateStatus(connection_id="c-1", status="CONNECTED", by="olga")


@pytest.mark.parametrize(
    "request_",
    [
        None,
        [],
        "get",
        {},
        {"operation": "drop"},
        {"operation": "get"},
        {"operation": "get", "connectionId": ""},
        {"operation": "get", "connectionId": "c" * 129},
        {"operation": "get", "connectionId": "c 1"},
        {"operation": "get", "connectionId": "c-1\n"},
        {"operation": "get", "connectionId": "\ud800"},
        {"operation": "get", "connectionId": 1},
        {"operation": "get", "connectionId": "c-1", "force": True},
        {"operation": "list_user", "userId": "alice", "status": "connected"},
        {"operation": "list_user", "userId": "al ice"},
        {"operation": "list_user", "userId": "u" * 129},
        {"operation": "list_all", "limit": 0},
        {"operation": "list_all", "limit": 501},
        {"operation": "list_all", "limit": "5"},
        {"operation": "list_all", "limit": True},
        {"operation": "update_status", "connectionId": "c-1", "status": "IDLE", "by": "olga"},
        {"operation": "update_status", "connectionId": "c-1", "status": "CONNECTED"},
        {"operation": "disconnect", "connectionId": "c-1", "by": ""},
        {"operation": "disconnect", "connectionId": "c-1", "by": "olga", "reason": "r" * 513},
        {"operation": "cleanup", "idleSeconds": -1},
        {"operation": "cleanup", "idleSeconds": 86_401},
        {"operation": "cleanup", "dryRun": "yes"},
        {"operation": "send", "all": True},
        {"operation": "send", "message": {"data": {}}, "all": True},
        {"operation": "send", "message": {"type": ""}, "all": True},
        {"operation": "send", "message": {"type": "t" * 65}, "all": True},
        {"operation": "send", "message": {"type": "notification", "data": "text"}, "all": True},
        {"operation": "send", "message": {"type": "notification", "id": "1"}, "all": True},
        {"operation": "send", "message": NOTE},
        {"operation": "send", "message": NOTE, "all": False},
        {"operation": "send", "message": NOTE, "all": True, "userId": "alice"},
        {"operation": "send", "message": NOTE, "connectionId": "c-1", "userId": "alice"},
    ],
    ids=repr,
)
def test_a_malformed_request_is_refused(request_: object) -> None:
    answer = _serve(request_)

    assert list(answer) == ["error"]
    assert answer["error"]["code"] == "invalid_request"
    assert answer["error"]["message"]


def test_a_request_nested_beyond_reason_is_refused() -> None:
    data: dict[str, Any] = {}
    for _ in range(50_000):
        data = {"deeper": data}

    answer = _serve({"operation": "send", "message": {"type": "notification", "data": data}, "all": True})

    assert answer["error"]["code"] == "invalid_request"


def test_a_refusal_does_not_repeat_a_long_mistake() -> None:
    answer = _serve({"operation": "x" * 10_000})

    assert len(answer["error"]["message"]) <= 200


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        "operation": st.sampled_from(["get", "list_user", "list_all", "disconnect", "cleanup", "send"]),
        **{
            name: ANY_JSON | st.just("c-1")
            for name in ("connectionId", "userId", "by", "limit", "cursor", "idleSeconds", "message", "all")
        },
    },
)


@given(ANY_JSON | MEMBERS)
def test_whatever_is_asked_parses_or_is_refused(request_: object) -> None:
    with suppress(RequestError):
        parse(request_)


@pytest.mark.parametrize(
    "type_", ["pong", "error", "text_ack", "text_delta", "voice_ready", "voice_audio", "text_message", "ping"]
)
def test_a_service_cannot_speak_for_the_protocol(type_: str) -> None:
    with pytest.raises(RequestError, match="protocol's own"):
        parse({"operation": "send", "message": {"type": type_}, "all": True})


@pytest.mark.parametrize("type_", ["notification", "billing.invoice", "t" * 64])
def test_a_service_may_send_notifications_and_types_of_its_own(type_: str) -> None:
    request = parse({"operation": "send", "message": {"type": type_}, "userId": "alice"})

    assert request == Send(message=Push(type_), user_id="alice")


def test_a_frame_says_what_and_when() -> None:
    frame = frame_of(Push("notification", {"text": "héllo"}), NOW)

    assert json.loads(frame) == {
        "type": "notification",
        "data": {"text": "héllo"},
        "timestamp": "2026-11-23T08:00:00.000Z",
    }


def test_a_frame_without_data_has_none() -> None:
    assert set(json.loads(frame_of(Push("notification"), NOW))) == {"type", "timestamp"}


def test_a_frame_to_a_client_has_at_most_28_kilobytes() -> None:
    rest = len(frame_of(Push("notification", {"text": ""}), NOW))
    largest = Push("notification", {"text": "x" * (MAX_SENT_BYTES - rest)})
    larger = Push("notification", {"text": "x" * (MAX_SENT_BYTES - rest + 1)})

    assert len(frame_of(largest, NOW)) == MAX_SENT_BYTES
    with pytest.raises(RequestError, match="at most 28672 bytes; this one has 28673"):
        frame_of(larger, NOW)


@pytest.mark.parametrize(
    "request_",
    [
        {"operation": "get", "connectionId": "c-1"},
        {"operation": "list_user", "userId": "alice"},
        {"operation": "list_all"},
        {"operation": "disconnect", "connectionId": "c-1", "by": "olga"},
        {"operation": "disconnect_user", "userId": "alice", "by": "olga"},
        {"operation": "cleanup"},
        {"operation": "send", "message": NOTE, "all": True},
    ],
    ids=lambda request: request["operation"],
)
def test_a_throttled_table_makes_the_answer_unavailable(request_: dict[str, Any]) -> None:
    answer = _serve(request_)

    assert answer["error"]["code"] == "unavailable"
    assert "Throttling" not in answer["error"]["message"]


def test_what_nobody_foresaw_is_raised() -> None:
    with pytest.raises(AttributeError):
        _serve({"operation": "get", "connectionId": "c-1"}, Connections(None, "connections"))


def test_each_request_logs_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "airium")

    _serve({"operation": "get", "connectionId": "c 1"})

    assert [(line.message, line.correlation_id, line.refused) for line in caplog.records] == [  # type: ignore[attr-defined]  # extra fields
        ("connection_manager", "r-1", "invalid_request")
    ]


def _serve(request: object, connections: Connections | None = None) -> dict[str, Any]:
    throttled = Connections(Throttled(), "connections")
    log: EventLog = MemoryLog()
    lists = SessionLists(Throttled(), "sessions")
    sent = notifying(log, NOW)
    return serve(request, invocation(), connections or throttled, log, Gateway(), sent, lists)
