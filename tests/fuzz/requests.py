"""What is asked of the connection manager: valid, almost valid, and with cursors that it gave or did not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from functions.operations.connections.connection_manager import serve
from tests.feeds.memory import notifying
from tests.fuzz.directory import ROWS, MemoryConnections, MemorySessions
from tests.fuzz.leaks import listening
from tests.fuzz.storing import ParticularLog
from tests.fuzz.verdicts import Input
from tests.property.mutations import ODD_VALUES, bent, odd_texts, odd_values, spliced
from tests.unit.operations.connections.connection_rows import NOW, Gateway, invocation

RESERVED: Final = {
    *(
        "ping",
        "text_message",
        "voice_start",
        "voice_data",
        "voice_end",
        "voice_played",
        "voice_listen",
        "voice_starting",
        "resume",
        "history",
        "ack",
        "text_cancel",
        "text_cancelled",
        "sessions",
        "sessions_page",
        "message",
        "resumed",
        "reset",
        "history_page",
        "pong",
        "text_ack",
        "voice_ready",
        "error",
    ),
    *("voice_ended", "text_delta", "text_done", "voice_audio", "voice_transcript", "voice_interrupted"),
}
KNOWN: Final = {found.connection_id: found.user_id for found in ROWS}


def scope_of(request: dict[str, Any]) -> str:
    """Return the list that a request asks for: its operation and arguments, but for where to go on."""
    free = {"cursor"} | ({"limit"} if request["operation"].startswith("list") else set())
    meant = {name: value for name, value in request.items() if name not in free and value is not None}
    return json.dumps({name: value for name, value in meant.items() if value is not False}, sort_keys=True)


@cache
def cursors(scope: str) -> frozenset[str]:
    """Return the cursors that the manager itself gives for a list, page by page."""
    request = json.loads(scope)
    if request["operation"] in {"send", "disconnect_user"}:  # they give one where their time runs out
        answers = [_ask(request, 0)]
    else:
        answers = [_ask({**request, "limit": limit}) for limit in range(1, 8)]
    return frozenset(answer["cursor"] for answer in answers if "cursor" in answer)


def _ask(request: dict[str, Any], *looks: int) -> dict[str, Any]:
    with listening():
        log = ParticularLog()
        sent = notifying(log, NOW)
        return serve(request, invocation(*looks), MemoryConnections(), log, Gateway(), sent, MemorySessions())


_ids = st.sampled_from([*sorted(KNOWN), "c-9", "Uc3xGfOaIAMCF2w="])
_users = st.sampled_from(["alice", "bob", "carol"])
_reasons = {"reason": st.none() | st.text(min_size=1, max_size=20)}
_who = st.text(min_size=1, max_size=20) | st.just("olga")
_statuses = st.sampled_from(["CONNECTED", "DISCONNECTED"])
_sessions = st.sampled_from(["s-1", "s-9"])
_times = st.datetimes(datetime(2027, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat)  # noqa: DTZ001 - its zone comes with it
_kept = {
    "id": st.none() | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=128),
    "expiresAt": st.none() | _times,
    "receipt": st.booleans(),
}
_limits = {"limit": st.integers(1, 500) | st.integers(1, 3)}
_message = st.fixed_dictionaries(
    {"type": st.sampled_from(["notification", "x"])},
    optional={
        "data": st.none()
        | st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=8), max_size=2)
    },
)


def _request(operation: str, needs: dict[str, Any], may: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"operation": st.just(operation), **needs}, optional=may)


_valid: SearchStrategy[dict[str, Any]] = st.one_of(
    _request("get", {"connectionId": _ids}, {}),
    _request("list_user", {"userId": _users}, {"status": st.none() | _statuses, **_limits}),
    _request("list_all", {}, _limits),
    _request("list_sessions", {"userId": _users}, _limits),
    _request("update_status", {"connectionId": _ids, "status": _statuses, "by": _who}, _reasons),
    _request("disconnect", {"connectionId": _ids, "by": _who}, _reasons),
    _request("disconnect_user", {"userId": _users, "by": _who}, _reasons),
    _request("cleanup", {}, {"idleSeconds": st.integers(0, 86_400), "dryRun": st.booleans()}),
    _request("send", {"message": _message, "connectionId": _ids}, {"all": st.just(value=False)}),
    _request("send", {"message": _message, "userId": _users}, {}),
    _request("send", {"message": _message, "all": st.just(value=True)}, {}),
    _request("send", {"message": _message, "feed": st.just("user"), "userId": _users}, _kept),
    _request("send", {"message": _message, "feed": st.just("session"), "sessionId": _sessions}, _kept),
    _request("receipts", {"feed": st.just("user"), "userId": _users}, {}),
    _request("receipts", {"feed": st.just("session"), "sessionId": _sessions}, {}),
)
_paged: SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"operation": "list_user", "userId": "alice"},
        {"operation": "list_user", "userId": "alice", "status": "CONNECTED"},
        {"operation": "list_all"},
        {"operation": "list_sessions", "userId": "alice"},
        {"operation": "send", "message": {"type": "notification"}, "all": True},
        {"operation": "send", "message": {"type": "notification"}, "userId": "alice"},
        {"operation": "disconnect_user", "userId": "alice", "by": "olga"},
    ]
)
_given: SearchStrategy[str] = _paged.flatmap(
    lambda request: st.sampled_from(sorted(cursors(scope_of(request))) or ["none"])
)
_continued = st.builds(lambda request, cursor: {**request, "cursor": cursor}, _paged, _given)
_tampered = st.builds(
    lambda request, cursor: {**request, "cursor": cursor},
    _paged,
    _given.flatmap(spliced) | odd_texts | odd_values,
)
inputs: SearchStrategy[Input] = st.one_of(
    st.builds(partial(Input, "valid"), _valid),
    st.builds(partial(Input, "bent"), bent(_valid)),
    st.builds(partial(Input, "bent"), st.one_of(_continued, _tampered, bent(_continued))),
)


def corpus() -> Iterator[tuple[str, Input]]:
    requests: list[dict[str, Any]] = [
        {"operation": "get", "connectionId": "c-1"},
        {"operation": "list_user", "userId": "alice", "status": None, "limit": 1},
        {"operation": "list_all", "limit": 1, "cursor": None},
        {"operation": "list_sessions", "userId": "alice", "limit": 1},
        {
            "operation": "update_status",
            "connectionId": "c-1",
            "status": "CONNECTED",
            "by": "olga",
            "reason": None,
        },
        {"operation": "disconnect", "connectionId": "c-1", "by": "olga"},
        {"operation": "disconnect_user", "userId": "alice", "by": "olga"},
        {"operation": "cleanup", "idleSeconds": 0, "dryRun": False},
        {"operation": "cleanup", "dryRun": True},
        {
            "operation": "send",
            "message": {"type": "notification", "data": {}},
            "userId": "alice",
            "all": False,
        },
        {"operation": "receipts", "feed": "user", "userId": "alice"},
        {
            "operation": "send",
            "message": {"type": "notification", "data": {}},
            "feed": "session",
            "sessionId": "s-1",
            "id": "n-1",
            "expiresAt": "2027-01-01T00:00:00Z",
            "receipt": True,
        },
    ]
    for value in ODD_VALUES:
        yield "no request", Input("bent", value)
        yield (
            "an odd message",
            Input("bent", {**requests[-1], "message": {"type": "x", "data": {"x": value}}}),
        )
        yield "an odd type of message", Input("bent", {**requests[-1], "message": {"type": value}})
        for request in requests:
            for name in (*request, "cursor", "unknown"):
                yield f"an odd {name}", Input("bent", {**request, name: value})
    for kind in sorted(RESERVED):
        yield "a type that is reserved", Input("bent", {**requests[-1], "message": {"type": kind}})
    for text in (
        "x" * 130_900,
        "x" * 28_700,
        "\u00e9" * 65_600,
        '"' * 65_000,
        "\x01" * 21_000,
        "\x01" * 22_000,
    ):
        data = {"x": text}
        yield "a frame at its limit", Input("bent", {**requests[-1], "message": {"type": "x", "data": data}})
    deep: Any = {}
    for _ in range(200):
        deep = {"x": deep}
    yield "a message that nests", Input("bent", {**requests[-1], "message": {"type": "x", "data": deep}})
    listing = {"operation": "list_user", "userId": "alice"}
    for cursor in sorted(cursors(scope_of(listing))):
        spelled = [
            cursor,
            cursor + "=",
            cursor + "\n",
            cursor[:-1],
            cursor[1:],
            cursor.swapcase(),
            f"{cursor}AA",
            f" {cursor}",
        ]
        for odd in (*spelled, cursor.replace("A", "\uff21"), cursor * 100, "[" * 9_000):
            yield "a cursor, almost", Input("bent", {**listing, "cursor": odd})
        yield "another's cursor", Input("bent", {**listing, "userId": "bob", "cursor": cursor})
        yield "another list's cursor", Input("bent", {"operation": "list_all", "cursor": cursor})
