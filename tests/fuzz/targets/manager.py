"""The connection manager: every operation, with requests and cursors that its schema may forbid."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Final, get_args

import msgspec

from functions.domain.connections.bases import ErrorCode
from functions.domain.connections.requests import Request
from functions.operations.connections.connection_manager import serve
from tests.feeds.memory import notifying
from tests.fuzz import requests
from tests.fuzz.directory import MemoryConnections, MemorySessions
from tests.fuzz.leaks import listening, tells_nothing
from tests.fuzz.requests import KNOWN, RESERVED, cursors, scope_of
from tests.fuzz.storing import ParticularLog
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.property.schema import is_unicode, matches
from tests.unit.operations.connections.connection_rows import NOW, Gateway, invocation

_SCHEMA: Final = msgspec.json.schema(Request)
_MOST_BYTES: Final = 28_672
_MOST_KEPT: Final = 27_648
_CODES: Final = set(get_args(ErrorCode))
_ANSWERS: Final = {
    "get": {"connection"},
    "list_user": {"connections", "cursor"},
    "list_all": {"connections", "cursor"},
    "list_sessions": {"sessions", "cursor"},
    "update_status": {"eventId"},
    "disconnect": {"eventId"},
    "disconnect_user": {"disconnected", "gone", "failed", "cursor", "note"},
    "cleanup": {"checked", "lost", "closed", "refreshed"},
    "send": {"delivered", "gone", "failed", "cursor", "messageId", "posted", "seq"},
    "receipts": {"position", "receipts"},
}


def judge(given: Input) -> Verdict:
    """Ask the manager for something."""
    request = given.value
    log, gateway = ParticularLog(), Gateway()
    with listening() as lines:
        sent = notifying(log, NOW)
        answer = serve(request, invocation(), MemoryConnections(), log, gateway, sent, MemorySessions())
    told = json.dumps(answer)
    must(is_unicode(answer), "answers with what is not Unicode")
    must(not any(line.startswith("ERROR") for line in lines), "did not foresee it")
    allowed = _allows(request)
    must(allowed or given.kind != "valid", "the oracle refuses what is valid")
    if "error" in answer:
        error = answer["error"]
        must(answer.keys() == {"error"} and error.keys() == {"code", "message"}, f"answers with {answer}")
        must(error["code"] in _CODES and 0 < len(error["message"]) <= 200, f"answers with {answer}")
        tells_nothing(told, json.dumps(request, default=repr))
        must((error["code"] == "invalid_request") is not allowed, f"refuses what is valid: {error}")
        must(not allowed or _is_due(request, error["code"]), f"refuses what can be done: {error}")
        must(not log.events and not gateway.posts and not gateway.closed, "refuses, and acts all the same")
        return Verdict.REFUSED
    must(allowed, "takes what the schema forbids")
    must(answer.keys() <= _ANSWERS[request["operation"]], f"answers with {answer}")
    tells_nothing(told, json.dumps(request) if request["operation"] != "list_all" else "bob")
    _acted_rightly(request, answer, log, gateway)
    return Verdict.ACCEPTED


def _allows(request: Any) -> bool:
    """Tell whether a request is one, by its schema and by what that cannot say."""
    if not is_unicode(request) or not matches(request, _SCHEMA, _SCHEMA):
        return False
    if request["operation"] not in {"send", "receipts"}:
        return True
    if request.get("feed") is not None:
        return _names_one_feed(request) and (request["operation"] == "receipts" or _can_be_kept(request))
    if any(request.get(name) for name in ("sessionId", "id", "expiresAt", "receipt")):
        return False
    whom = [request.get("connectionId"), request.get("userId"), request.get("all") or None]
    message = request["message"]
    written = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    small = len(written.encode()) + len(',"timestamp":"2026-11-23T08:00:00.000Z"') <= _MOST_BYTES
    return sum(each is not None for each in whom) == 1 and message["type"] not in RESERVED and small


def _names_one_feed(request: dict[str, Any]) -> bool:
    named = [name for name in ("userId", "sessionId") if request.get(name) is not None]
    return named == [{"user": "userId", "session": "sessionId"}[request["feed"]]]


def _can_be_kept(request: dict[str, Any]) -> bool:
    """Tell whether a notification is one that a feed takes, at the time of the invocation."""
    others = (request.get("connectionId"), request.get("cursor"), request.get("all") or None)
    message, ends_at = request["message"], request.get("expiresAt")
    written = json.dumps(message.get("data"), ensure_ascii=False, separators=(",", ":"))
    written += json.dumps(message["type"], ensure_ascii=False)
    return (
        all(each is None for each in others)
        and message["type"] not in RESERVED
        and len(written.encode()) <= _MOST_KEPT
        and (ends_at is None or _is_later(ends_at))
    )


def _is_later(text: str) -> bool:
    try:
        at = msgspec.convert(text, Annotated[datetime, msgspec.Meta(tz=True)])
    except msgspec.ValidationError:
        return False
    return int(at.timestamp() * 1000) > NOW


def _is_due(request: dict[str, Any], code: str) -> bool:
    names_none = request.get("connectionId") is not None and request["connectionId"] not in KNOWN
    match code:
        case "not_found":
            return names_none or request.get("sessionId") not in (None, "s-1")
        case "invalid_cursor":
            return request.get("cursor") is not None and request["cursor"] not in cursors(scope_of(request))
        case "conflict":
            return (
                request["operation"] in {"update_status", "disconnect"} and request["connectionId"] == "c-3"
            )
        case _:
            return False


def _acted_rightly(
    request: dict[str, Any], answer: dict[str, Any], log: ParticularLog, gateway: Gateway
) -> None:
    operation = request["operation"]
    must(KNOWN.get(request.get("connectionId") or "c-1"), "knows a connection that is none")
    if request.get("cursor") is not None:
        must(request["cursor"] in cursors(scope_of(request)), "takes a cursor that it never gave")
    shown = answer.get("connections", answer.get("sessions", []))
    must(
        operation != "list_user" or {each["userId"] for each in shown} <= {request.get("userId")},
        "shows others",
    )
    of_others = [each for each in answer.get("sessions", []) if each["sessionId"][0] != request["userId"][0]]
    must(not of_others, "shows the sessions of others")
    must(len(shown) <= request.get("limit", 50), "shows more than asked for")
    if request.get("feed") is not None:
        must(all(each.user_id in (request.get("userId"), "alice") for each in log.events), "forges a user")
        must(len(log.events) == (operation == "send") and not gateway.posts, "keeps it not once")
        return
    for event in log.events:
        must(event.user_id == KNOWN[event.connection_id], "forges a user")
    if operation in {"get", "list_user", "list_all", "list_sessions"} or request.get("dryRun"):
        must(not log.events and not gateway.posts and not gateway.closed, "acts where it should look")
    if operation == "disconnect_user":
        ended = {*gateway.closed, *(event.connection_id for event in log.events)}
        must(all(KNOWN[each] == request["userId"] for each in ended), "disconnects others")
    if operation == "send":
        reached = {connection for connection, _ in gateway.posts}
        of = request.get("userId")
        must(of is None or all(KNOWN[each] == of for each in reached), "sends to others")
        must(request.get("connectionId") is None or reached == {request["connectionId"]}, "sends to others")


@contextmanager
def _judging() -> Iterator[Judge]:
    yield judge


TARGET: Final = Target("manager", requests.inputs, requests.corpus, _judging, share=2)
