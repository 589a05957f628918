"""Each reason of a refusal: it can come about, its line says whose doing it is, and ours fires an alarm."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import jwt
import pytest

from functions.aws.identity.keys import Keys
from functions.aws.identity.tickets import Tickets
from functions.aws.identity.tokens import Tokens
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import Identity
from functions.domain.refusals import Fault
from functions.handlers import authorizer, live_authorizer, query_authorizer, ticket
from tests.docs.markdown import ROOT, names, table
from tests.fakes import crowd
from tests.fuzz.claims import MemoryClaims
from tests.gateway_events import authorize, fixture
from tests.issuer import CLIENT, ISSUER, SUBJECT, Issuer, claims, issuing, token
from tests.signals.alarms import fired, written
from tests.signals.faults import Breakage, dynamodb

Event = dict[str, Any]
Handshake = Callable[[], Event]

TICKET: Final = "t" * 43
NOW: Final = int(time.time())
HOUR: Final = 3_600


class Door:
    """The authorizer, with an issuer, claims, and so many connections of everybody."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.claims: Any = MemoryClaims()
        self.open = 0

    def knock(self, event: Event) -> None:
        tokens = Tokens(Keys(self.issuer.url), issuer=ISSUER, clients=frozenset({CLIENT}), use="access")
        authorizer.handler(event, None, tokens, Tickets(self.claims, "claims"), crowd(self.open))

    def bring(self, authorization: str, **query: str) -> None:
        event = authorize(**query)
        event["headers"]["Authorization"] = authorization
        self.knock(event)

    def bring_token(self, **changes: Any) -> None:
        self.bring(f"Bearer {token(**changes)}")

    def bring_ticket(self, *, lasts: int = HOUR, known_for: int = HOUR) -> None:
        self.claims.hold(TICKET, Identity(SUBJECT, NOW + known_for), expires_at=NOW + lasts)
        self.knock(authorize(ticket=TICKET))


def without_keys(door: Door) -> None:
    door.issuer.status = 503
    door.bring_token()


def away(door: Door) -> None:
    door.claims = dynamodb(Breakage.AWAY)
    door.knock(authorize(ticket=TICKET))


def denied(door: Door) -> None:
    door.claims = dynamodb(Breakage.DENIED)
    door.knock(authorize(ticket=TICKET))


def crowded(door: Door) -> None:
    door.open = 10
    door.bring_token()


def foreign(door: Door) -> None:
    tokens = Tokens(Keys(door.issuer.url), issuer=ISSUER, clients=frozenset({CLIENT}), use="access")
    context = {"operation": "EVENT_SUBSCRIBE", "channel": "/live/ops"}
    live_authorizer.handler({"authorizationToken": token(), "requestContext": context}, None, tokens)


def unasked(door: Door) -> None:
    event = authorize()
    del event["methodArn"]
    door.knock(event)


def unsigned(door: Door) -> None:
    door.bring(f"Bearer {jwt.encode(claims(), 'x' * 64, algorithm='HS512', headers={'kid': 'key-1'})}")


EXAMPLES: dict[Denial, Callable[[Door], object]] = {
    Denial.NO_CREDENTIALS: lambda door: door.knock(authorize()),
    Denial.TOKEN_AND_TICKET: lambda door: door.bring(f"Bearer {token()}", ticket=TICKET),
    Denial.NOT_BEARER: lambda door: door.bring("Basic YTpi"),
    Denial.MALFORMED_USER_ID: lambda _: query_authorizer.handler(authorize(userId="a b"), None, crowd()),
    Denial.MALFORMED_SESSION_ID: lambda door: door.knock(authorize(sessionId="a b")),
    Denial.MISSPELT_PARAMETER: lambda door: door.knock(authorize(session_id="s-1")),
    Denial.TOKEN_TOO_LONG: lambda door: door.bring(f"Bearer {'x' * 8_193}"),
    Denial.MALFORMED_TOKEN: lambda door: door.bring("Bearer abc"),
    Denial.WRONG_ALGORITHM: unsigned,
    Denial.UNKNOWN_KEY: lambda door: door.bring_token(kid="key-2"),
    Denial.WRONG_SIGNATURE: lambda door: door.bring_token(signed_by="stolen"),
    Denial.WRONG_CLIENT: lambda door: door.bring_token(client_id="client-3"),
    Denial.WRONG_USE: lambda door: door.bring_token(token_use="id"),
    Denial.TOKEN_EXPIRED: lambda door: door.bring_token(exp=NOW - HOUR),
    Denial.MALFORMED_TICKET: lambda door: door.knock(authorize(ticket="x")),
    Denial.UNKNOWN_TICKET: lambda door: door.knock(authorize(ticket=TICKET)),
    Denial.TICKET_EXPIRED: lambda door: door.bring_ticket(lasts=-1),
    Denial.TICKET_OUTLIVED_TOKEN: lambda door: door.bring_ticket(known_for=-1),
    Denial.TOO_MANY_CONNECTIONS: crowded,
    Denial.FOREIGN_CHANNEL: foreign,
    Denial.WRONG_ISSUER: lambda door: door.bring_token(iss="https://elsewhere.example"),
    Denial.TOKEN_NOT_YET_VALID: lambda door: door.bring_token(iat=NOW + HOUR),
    Denial.MISSING_CLAIM: lambda door: door.bring_token(token_use=None),
    Denial.MALFORMED_CLAIM: lambda door: door.bring_token(sub="a b"),
    Denial.KEYS_UNAVAILABLE: without_keys,
    Denial.UNAVAILABLE: away,
    Denial.UNASKED: unasked,
    Denial.INTERNAL: denied,
}


@pytest.fixture
def door() -> Iterator[Door]:
    with issuing() as issuer:
        yield Door(issuer)


@pytest.mark.parametrize("denial", Denial)
def test_each_reason_comes_about_and_its_line_says_whose_doing_it_is(denial: Denial, door: Door) -> None:
    with written("DEBUG") as lines:
        EXAMPLES[denial](door)

    said = json.loads(lines[-1])
    assert (said["message"], said["effect"], said["reason"]) == ("authorize", "Deny", denial)
    assert said["fault"] == denial.fault


@pytest.mark.parametrize("denial", Denial)
def test_only_a_reason_of_ours_fires_an_alarm(denial: Denial, door: Door) -> None:
    with written() as lines:
        EXAMPLES[denial](door)

    ours = denial.fault is Fault.SERVER
    assert fired("authorizer", lines) == ({"authorizer-faults"} if ours else set())


def test_the_runbook_has_every_reason_and_whose_doing_it_is() -> None:
    rows = table(ROOT / "docs" / "operations.md", "`reason`")

    told = {names(reason)[0]: names(fault)[0] for reason, fault, _ in rows}
    assert told == {str(denial): str(denial.fault) for denial in Denial}


@pytest.mark.parametrize(
    ("changes", "denial"),
    [({"token_use": "id"}, Denial.WRONG_USE), ({"exp": str(NOW - 1)}, Denial.TOKEN_EXPIRED)],
)
def test_a_token_that_gets_no_ticket_fires_no_alarm(changes: dict[str, str], denial: Denial) -> None:
    event = fixture("ticket")
    event["requestContext"]["authorizer"]["jwt"]["claims"].update({"exp": str(2**33)} | changes)

    with written("DEBUG") as lines:
        ticket.handler(event, None, Tickets(MemoryClaims(), "claims"))

    said = json.loads(lines[-1])
    assert (said["reason"], said["fault"], said["user_id"]) == (denial, "client", SUBJECT)
    assert fired("ticket", lines) == set()
