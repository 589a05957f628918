"""The connection manager: every operation, with requests and cursors that its schema may forbid."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, get_args

import msgspec

from functions.domain.connections.requests import ErrorCode, Request
from functions.operations.connections.connection_manager import serve
from tests.fuzz import requests
from tests.fuzz.directory import MemoryConnections
from tests.fuzz.leaks import listening, tells_nothing
from tests.fuzz.requests import KNOWN, RESERVED, cursors, scope_of
from tests.fuzz.storing import ParticularLog
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.property.schema import is_unicode, matches
from tests.unit.operations.connections.connection_rows import Gateway, invocation

_SCHEMA: Final = msgspec.json.schema(Request)
_MOST_BYTES: Final = 28_672
_CODES: Final = set(get_args(ErrorCode))
_ANSWERS: Final = {
    "get": {"connection"},
    "list_user": {"connections", "cursor"},
    "list_all": {"connections", "cursor"},
    "update_status": {"eventId"},
    "disconnect": {"eventId"},
    "disconnect_user": {"disconnected", "gone", "failed", "cursor", "note"},
    "cleanup": {"checked", "lost", "closed", "refreshed"},
    "send": {"delivered", "gone", "failed", "cursor"},
}


def judge(given: Input) -> Verdict:
    """Ask the manager for something."""
    request = given.value
    log, gateway = ParticularLog(), Gateway()
    with listening() as lines:
        answer = serve(request, invocation(), MemoryConnections(), log, gateway)
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
    if request["operation"] != "send":
        return True
    whom = [request.get("connectionId"), request.get("userId"), request.get("all") or None]
    message = request["message"]
    written = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    small = len(written.encode()) + len(',"timestamp":"2026-11-23T08:00:00.000Z"') <= _MOST_BYTES
    return sum(each is not None for each in whom) == 1 and message["type"] not in RESERVED and small


def _is_due(request: dict[str, Any], code: str) -> bool:
    names_none = request.get("connectionId") is not None and request["connectionId"] not in KNOWN
    match code:
        case "not_found":
            return names_none
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
    shown = answer.get("connections", [])
    must(
        operation != "list_user" or {each["userId"] for each in shown} <= {request.get("userId")},
        "shows others",
    )
    must(len(shown) <= request.get("limit", 50), "shows more than asked for")
    for event in log.events:
        must(event.user_id == KNOWN[event.connection_id], "forges a user")
    if operation in {"get", "list_user", "list_all"} or request.get("dryRun"):
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
