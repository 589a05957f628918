"""Each function may write the kinds of claims that it does write, and no others: asked of its policies."""

import json
from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest
from ministack.core import iam_evaluator as iam  # type: ignore[import-untyped]  # it has no stubs

from functions.aws.attributes import to_item
from functions.aws.identity.tickets import Tickets
from functions.aws.log.event_log import EventLog
from functions.aws.log.lone_claims import LoneClaims
from functions.aws.log.owners import Owners
from functions.aws.log.repetitions import Repetitions
from functions.aws.replies.leases import Leases
from functions.aws.voice.voice_claims import VoiceClaims
from functions.domain.frames.voice_frames import VoiceEndedData
from functions.domain.limits import Allowance, Limits, Speaking
from functions.domain.log.claims import Claim, Take, run_key, voice_key
from functions.domain.log.events import event as happened
from functions.domain.log.facts import ReplyFailed, TextMessageReceived, VoiceSessionEnded
from functions.domain.log.ids import lowest
from functions.domain.replies.questions import question_of
from functions.domain.replies.settling import settles
from functions.domain.voice.endings import Reason, Totals, ended, kept, release
from functions.domain.voice.holding import first_held_until, given_back, renewal
from functions.domain.voice.starts import Start
from functions.handlers import authorizer, connection_manager, lifecycle, message, ticket
from functions.operations.frames.speech import Speech
from infra.policy import NAMING_ACTIONS, Statement
from tests import gateway_events
from tests.fakes import OneByOne, RecordingCallbacks, crowd
from tests.feeds.memory import notifying
from tests.gateway_events import CONNECTED_AT, authorize, fixture
from tests.infra.program import evaluated, speaking
from tests.unit.handlers.frames import at, start, text
from tests.unit.operations.connections.connection_rows import Context

CLAIMS: Final = "arn:aws:dynamodb:us-east-1:123456789012:table/airium-websocket-claims"
KEY: Final = "dynamodb:LeadingKeys"
KINDS: Final = (
    *("session", "voice", "texts", "voices", "reply", "ticket", "send", "answer", "resumes"),
    *("inflight", "tokens", "speaking", "seats", "spoken", "run", "ended"),
)
ACTIONS: Final = sorted(NAMING_ACTIONS)


_STANDING: Final[dict[str, Any]] = {"holder": "r-1", "attempts": 1, "leased_until": 1}


_SESSION: Final = Start(lowest(CONNECTED_AT), gateway_events.cause(), 16_000, 0, CONNECTED_AT)
_ENDED: Final = msgspec.json.encode(VoiceEndedData(_SESSION.voice_session_id, 0, 0, "client")).decode()


class Asked:
    """A client of DynamoDB that does nothing, and notes what it is asked of claims: actions and keys."""

    def __init__(self) -> None:
        self.of_claims: set[tuple[str, str]] = set()

    def get_item(self, **call: Any) -> dict[str, Any]:
        self._note("GetItem", call)
        value = _ENDED if call["Key"]["claim"]["S"].startswith("ended#") else "alice"
        return {"Item": to_item({"value": value, "expires_at": 2**40} | _STANDING)}

    def put_item(self, **call: Any) -> dict[str, Any]:
        self._note("PutItem", call)
        return {}

    def delete_item(self, **call: Any) -> dict[str, Any]:
        self._note("DeleteItem", call)
        return {}

    def update_item(self, **call: Any) -> dict[str, Any]:
        self._note("UpdateItem", call)
        return {"Attributes": to_item(_STANDING)}

    def transact_write_items(self, **call: Any) -> dict[str, Any]:
        for each in call["TransactItems"]:
            ((action, asked),) = each.items()
            self._note(f"{action}Item", asked)
        return {}

    def _note(self, action: str, asked: dict[str, Any]) -> None:
        if asked["TableName"] == "claims":
            key = (asked.get("Item") or asked["Key"])["claim"]["S"]
            self.of_claims.add((f"dynamodb:{action}", key))


def _lifecycle(client: Asked) -> None:
    log = EventLog(client, "events", "claims")
    for event in (gateway_events.connect(), gateway_events.disconnect(), text(routeKey="$connect")):
        lifecycle.handler(event, None, log, RecordingCallbacks())


def _message(client: Asked) -> None:
    log = EventLog(client, "events", "claims")
    session = lowest(CONNECTED_AT + 1_000)
    limits = Limits(allowance=Allowance(9, 10**6, 9), spoken=Speaking())
    claims: Any = VoiceClaims(client, "claims")
    speech = Speech(claims, lambda *_: None, lambda _: None, lambda *_: True)
    for event in (text(**at(1)), start(**at(1)), {**text(), "body": "broken"}):
        message.handler(event, None, log, RecordingCallbacks(), limits, speech=speech)
    claims.hold("s-1", CONNECTED_AT)
    assert claims.ended("s-1", session, CONNECTED_AT)
    assert Repetitions(client, "claims", 30).may_be_told("s-1", "m-1", gateway_events.cause())


def _responder(client: Asked) -> None:
    leases = Leases(client, "claims")
    leases.take(lowest(CONNECTED_AT), "r-1", 0, 1)
    leases.keep(lowest(CONNECTED_AT), 2)
    leases.kept(lowest(CONNECTED_AT))
    _conclude(client, 9)


def _sweeper(client: Asked) -> None:
    leases = Leases(client, "claims")
    leases.standing(lowest(CONNECTED_AT))
    leases.keep(lowest(CONNECTED_AT), 2)
    _conclude(client, None)


def _conclude(client: Asked, beside: int | None) -> None:
    question = question_of(happened(gateway_events.cause(), TextMessageReceived("hello")))
    assert question is not None
    failed = ReplyFailed(question.message_id, "blank")
    settled = settles(question, failed, beside)
    EventLog(client, "events", "claims").append(question.outcome(failed, CONNECTED_AT), settled)


def _voice_session(client: Asked) -> None:
    held_until, claims = first_held_until(CONNECTED_AT), LoneClaims(client, "claims")
    claims.grant([Take(run_key(_SESSION.voice_session_id, 1), "r", 0, held_until)], "r")
    claims.grant(renewal(_SESSION, held_until, 3_600), "n")
    _end_of_speech(client)


def _voice_failure(client: Asked) -> None:
    claims = LoneClaims(client, "claims")
    assert claims.held(voice_key(_SESSION.conversation))
    assert claims.held(run_key(_SESSION.voice_session_id, 2))
    _end_of_speech(client)


def _end_of_speech(client: Asked) -> None:
    end = ended(_SESSION, Reason.FAILED, Totals(), CONNECTED_AT + 9_000)
    assert isinstance(end.fact, VoiceSessionEnded)
    back = given_back(_SESSION, first_held_until(CONNECTED_AT), end.at)
    claims: tuple[Claim, ...] = (kept(_SESSION, end.fact, end.at // 1000), *back, release(_SESSION))
    EventLog(client, "events", "claims").append(end, claims)


def _ticket(client: Asked) -> None:
    event = fixture("ticket")
    event["requestContext"]["authorizer"]["jwt"]["claims"]["exp"] = str(2**33)
    ticket.handler(event, None, Tickets(client, "claims"))


def _authorizer(client: Asked) -> None:
    nobody: Any = None
    authorizer.handler(authorize(ticket="t" * 43), None, nobody, Tickets(client, "claims"), crowd(0))


def _manager(client: Asked) -> None:
    log = EventLog(client, "events", "claims")
    now = CONNECTED_AT
    sent = {"operation": "send", "message": {"type": "x"}, "id": "n-1"}
    stores, nobody, owners = notifying(log, now).stores, None, Owners(client, "claims")
    rest: Any = (nobody, log, RecordingCallbacks(), lambda: now, stores, owners, OneByOne)
    for to in ({"feed": "user", "userId": "alice"}, {"feed": "session", "sessionId": "s-1"}):
        connection_manager.handler({**sent, **to}, Context(), *rest)


WORK: Final[dict[str, Callable[[Asked], None]]] = {
    "lifecycle": _lifecycle,
    "message": _message,
    "responder": _responder,
    "sweeper": _sweeper,
    "voice-session": _voice_session,
    "voice-failure": _voice_failure,
    "ticket": _ticket,
    "authorizer": _authorizer,
    "connection-manager": _manager,
}


def decided(function: str, action: str, **context: list[str]) -> bool:
    """Tell whether a role may do something to claims, by what is known of the request."""
    policies = [
        iam.parse_policy_document(each.inputs["policy"])
        for each in speaking("prod").of_type("iam/rolePolicy:RolePolicy")
        if each.inputs["role"] == f"{function}-role"
    ]
    known = {KEY.lower(): context["keys"]} if "keys" in context else {}
    asked = iam.EvalContext("arn", "AssumedRole", "1", action, CLAIMS, "us-east-1", service_context=known)
    return bool(iam.evaluate(asked, policies).decision == "Allow")


def kind_of(key: str) -> str:
    return key.partition("#")[0]


@pytest.mark.parametrize("function", WORK)
def test_a_function_may_write_the_kinds_of_claims_that_it_does_and_no_others(function: str) -> None:
    client = Asked()
    WORK[function](client)

    allowed = {
        (action, kind)
        for action in ACTIONS
        for kind in KINDS
        if decided(function, action, keys=[f"{kind}#whatever"])
    }

    assert allowed == {(action, kind_of(key)) for action, key in client.of_claims}
    assert all(decided(function, action, keys=[key]) for action, key in client.of_claims)


def test_each_kind_of_claim_is_written_by_some_function() -> None:
    client = Asked()
    for work in WORK.values():
        work(client)

    assert {kind_of(key) for _, key in client.of_claims} == set(KINDS)


@pytest.mark.parametrize(
    "function",
    [
        "lifecycle",
        "message",
        "ticket",
        "authorizer",
        "projector",
        "connection-manager",
        "sweeper",
        "voice-session",
        "voice-failure",
    ],
)
def test_no_function_may_write_a_claim_without_a_kind_or_say_no_key(function: str) -> None:
    others = (["whatever"], ["tickets#1"], ["SESSION#1"], ["a session#1"], ["session#1", "ticket#1"])

    assert not any(decided(function, action, keys=keys) for action in ACTIONS for keys in others)
    assert not any(decided(function, action) for action in (*ACTIONS, "dynamodb:Scan"))


def test_without_null_what_names_no_key_would_be_allowed() -> None:
    (statement,) = json.loads(evaluated("prod").named("ticket-may-issue-tickets").inputs["policy"])[
        "Statement"
    ]
    conditions = statement["Condition"]
    asked = iam.EvalContext("arn", "AssumedRole", "1", "dynamodb:PutItem", CLAIMS, "us-east-1")

    assert conditions.keys() == {"ForAllValues:StringLike", "Null"}
    assert iam._conditions_met({"ForAllValues:StringLike": {KEY: ["ticket#*"]}}, asked)  # noqa: SLF001  # no policy alone asks it
    assert not iam._conditions_met(conditions, asked)  # noqa: SLF001  # likewise


@pytest.mark.parametrize("action", ["dynamodb:Scan", "dynamodb:PartiQLSelect", "dynamodb:BatchWriteItem"])
def test_what_may_name_no_key_or_many_cannot_be_narrowed_by_one(action: str) -> None:
    with pytest.raises(ValueError, match=action):
        Statement(["dynamodb:PutItem", action], [CLAIMS], ["ticket#*"])
