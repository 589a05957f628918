"""Who may connect where identity is proved: by a token in a header, or a ticket in the URL."""

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from functions.aws import clients
from functions.aws.identity.keys import Keys
from functions.aws.identity.tickets import Tickets
from functions.aws.identity.tokens import Tokens
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import Identity
from functions.domain.log.claims import ticket_key
from functions.domain.refusals import Unavailable
from functions.handlers import authorizer, query_authorizer
from functions.handlers.authorizer import handler
from tests.contract import engines
from tests.fakes import crowd
from tests.gateway_events import CONNECTED_AT, EXPIRES_AT, authorize, fixture
from tests.issuer import CLIENT, ISSUER, SUBJECT, Issuer, issuing, token
from tests.tables import create_tables
from tests.unit.operations.connections.connection_rows import Throttled


def now() -> int:
    return time.time_ns() // 1_000_000


def ada(seconds: int = 600) -> Identity:
    """Return who is known for so many seconds more."""
    return Identity("ada", now() // 1000 + seconds)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    return Tokens(Keys(issuer.url), issuer=ISSUER, clients=frozenset({CLIENT}), use="access")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with engines.moto() as make_client:
        client = make_client()
        create_tables(client, "t")
        yield client


@pytest.fixture
def tickets(client: Any) -> Tickets:
    return Tickets(client, "t-claims")


def request(authorization: str | None = None, header: str = "Authorization", **query: Any) -> dict[str, Any]:
    event = authorize(**query)
    if authorization is not None:
        event["headers"][header] = authorization
    return event


def effect(answer: dict[str, Any]) -> str:
    (statement,) = answer["policyDocument"]["Statement"]
    return str(statement["Effect"])


def said(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (line,) = [record for record in caplog.records if record.message == "authorize"]
    return vars(line)


def reason(caplog: pytest.LogCaptureFixture) -> Denial:
    return Denial(said(caplog)["reason"])


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "airium")


# --- Tokens ----------------------------------------------------------------------------------


def test_a_token_lets_its_subject_in_until_it_expires(tokens: Tokens, tickets: Tickets) -> None:
    expires_at = int(time.time()) + 600
    event = request(f"Bearer {token(exp=expires_at)}", sessionId="s-1")

    assert handler(event, None, tokens, tickets, crowd()) == {
        "principalId": SUBJECT,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": fixture("authorize")["methodArn"],
                }
            ],
        },
        "context": {
            "userId": SUBJECT,
            "sessionId": "s-1",
            "connectedAt": str(CONNECTED_AT),
            "exp": str(expires_at),
            "expiresAt": str(EXPIRES_AT),
        },
    }


@pytest.mark.parametrize("header", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_header_and_scheme_are_read_in_any_case(
    tokens: Tokens, tickets: Tickets, header: str, scheme: str
) -> None:
    assert effect(handler(request(f"{scheme} {token()}", header), None, tokens, tickets, crowd())) == "Allow"


def test_a_token_is_taken_without_its_scheme_as_it_is_for_a_ticket(tokens: Tokens, tickets: Tickets) -> None:
    answer = handler(request(token()), None, tokens, tickets, crowd())

    assert answer["context"]["userId"] == SUBJECT


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Basic " + token(), f"Bearer{token()}", "Bearer a.b.c", "a.b.c"],
)
def test_any_other_header_lets_nobody_in(tokens: Tokens, tickets: Tickets, authorization: str) -> None:
    assert effect(handler(request(authorization), None, tokens, tickets, crowd())) == "Deny"


def test_a_name_in_the_url_lets_nobody_in(tokens: Tokens, tickets: Tickets) -> None:
    assert effect(handler(request(userId="ada"), None, tokens, tickets, crowd())) == "Deny"
    answer = handler(request(f"Bearer {token()}", userId="root"), None, tokens, tickets, crowd())
    assert answer["context"]["userId"] == SUBJECT


@pytest.mark.parametrize("name", ["sessionid", "SessionId", "session_id", "session-id", "SESSION_ID"])
def test_a_session_under_a_misspelt_name_lets_nobody_in(tokens: Tokens, tickets: Tickets, name: str) -> None:
    answer = handler(request(f"Bearer {token()}", **{name: "s-1"}), None, tokens, tickets, crowd())

    assert effect(answer) == "Deny"


def test_a_token_in_the_url_lets_nobody_in(tokens: Tokens, tickets: Tickets) -> None:
    for name in ("token", "access_token", "Authorization", "ticket"):
        assert effect(handler(request(**{name: token()}), None, tokens, tickets, crowd())) == "Deny"


def test_a_refusal_tells_the_log_alone_why(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    signed = token(exp=int(time.time()) - 3_600)

    answer = handler(request(f"Bearer {signed}"), None, tokens, tickets, crowd())

    assert (answer["principalId"], answer["context"], effect(answer)) == ("nobody", {}, "Deny")
    assert reason(caplog) is Denial.TOKEN_EXPIRED
    assert signed not in str([vars(record) for record in caplog.records])
    assert "Expired" not in json.dumps(answer)


# --- Tickets ---------------------------------------------------------------------------------


def test_a_ticket_lets_its_bearer_in_once(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    who = ada()
    ticket = tickets.issue(who, now())

    first = handler(request(ticket=ticket), None, tokens, tickets, crowd())
    caplog.clear()
    second = handler(request(ticket=ticket), None, tokens, tickets, crowd())

    assert (first["context"]["userId"], first["context"]["exp"]) == ("ada", str(who.expires_at))
    assert effect(second) == "Deny"
    assert reason(caplog) is Denial.UNKNOWN_TICKET


def test_a_ticket_is_good_for_30_seconds(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    fresh, stale = tickets.issue(ada(), now() - 15_000), tickets.issue(ada(), now() - 31_000)

    assert effect(handler(request(ticket=fresh), None, tokens, tickets, crowd())) == "Allow"
    caplog.clear()
    assert effect(handler(request(ticket=stale), None, tokens, tickets, crowd())) == "Deny"
    assert reason(caplog) is Denial.TICKET_EXPIRED


def test_a_ticket_does_not_outlive_the_identity_behind_it(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = tickets.issue(ada(-1), now())

    assert effect(handler(request(ticket=ticket), None, tokens, tickets, crowd())) == "Deny"
    assert reason(caplog) is Denial.TICKET_OUTLIVED_TOKEN


@pytest.mark.parametrize("ticket", ["", "a", "x" * 43, "x" * 44, "x" * 42 + "\n", "ä" * 43, "#" * 43])
def test_what_is_no_ticket_lets_nobody_in(tokens: Tokens, tickets: Tickets, ticket: str) -> None:
    assert effect(handler(request(ticket=ticket), None, tokens, tickets, crowd())) == "Deny"


def test_the_table_holds_no_ticket_that_could_be_used(client: Any, tickets: Tickets) -> None:
    issued_at = now()
    ticket = tickets.issue(ada(), issued_at)

    (item,) = [
        item
        for item in client.scan(TableName="t-claims", ConsistentRead=True)["Items"]
        if item["claim"]["S"] == ticket_key(ticket)
    ]
    assert ticket not in str(item)
    assert item["expires_at"]["N"] == str(issued_at // 1000 + 30)


def test_a_claim_of_another_kind_is_no_ticket(tokens: Tokens, tickets: Tickets, client: Any) -> None:
    client.put_item(TableName="t-claims", Item={"claim": {"S": "session#s-1"}, "value": {"S": "ada"}})

    assert effect(handler(request(ticket="session#s-1"), None, tokens, tickets, crowd())) == "Deny"
    kept = client.get_item(TableName="t-claims", Key={"claim": {"S": "session#s-1"}}, ConsistentRead=True)
    assert "Item" in kept


def test_both_a_token_and_a_ticket_let_nobody_in_and_use_no_ticket_up(
    tokens: Tokens, tickets: Tickets
) -> None:
    ticket = tickets.issue(ada(), now())

    assert (
        effect(handler(request(f"Bearer {token()}", ticket=ticket), None, tokens, tickets, crowd())) == "Deny"
    )
    assert effect(handler(request(ticket=ticket), None, tokens, tickets, crowd())) == "Allow"


def test_a_malformed_session_uses_no_ticket_up(tokens: Tokens, tickets: Tickets) -> None:
    ticket = tickets.issue(ada(), now())

    answer = handler(request(ticket=ticket, sessionId="a b"), None, tokens, tickets, crowd())
    assert effect(answer) == "Deny"
    assert effect(handler(request(ticket=ticket), None, tokens, tickets, crowd())) == "Allow"


# --- The limit on connections ----------------------------------------------------------------


@pytest.mark.parametrize(("count", "verdict"), [(0, "Allow"), (9, "Allow"), (10, "Deny"), (500, "Deny")])
def test_a_user_has_at_most_so_many_connections(
    tokens: Tokens, tickets: Tickets, count: int, verdict: str
) -> None:
    assert effect(handler(request(f"Bearer {token()}"), None, tokens, tickets, crowd(count))) == verdict


def test_the_limit_on_connections_is_a_setting(tokens: Tokens, tickets: Tickets) -> None:
    event = request(f"Bearer {token()}")

    assert effect(handler(event, None, tokens, tickets, crowd(2, most=3))) == "Allow"
    assert effect(handler(event, None, tokens, tickets, crowd(3, most=3))) == "Deny"


def test_the_connections_are_counted_of_who_was_proved(tokens: Tokens, tickets: Tickets) -> None:
    room = crowd()

    handler(request(f"Bearer {token()}"), None, tokens, tickets, room)

    assert room.asked == [(SUBJECT, CONNECTED_AT)]


def test_nobody_is_counted_whom_nothing_proves(tokens: Tokens, tickets: Tickets) -> None:
    room = crowd()

    handler(request("Bearer a.b.c"), None, tokens, tickets, room)

    assert room.asked == []


def test_who_has_too_many_connections_is_told_with_the_limit(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    handler(request(f"Bearer {token()}"), None, tokens, tickets, crowd(10))

    line = said(caplog)
    assert (line["reason"], line["limit"], line["user_id"]) == ("too_many_connections", 10, SUBJECT)


# --- The line of a refusal -------------------------------------------------------------------


@pytest.mark.parametrize("issued_at", [-31_000, 0])
def test_whoever_comes_late_with_a_ticket_is_known(
    tokens: Tokens, tickets: Tickets, issued_at: int, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = tickets.issue(ada(-1), now() + issued_at)

    handler(request(ticket=ticket), None, tokens, tickets, crowd())

    assert said(caplog)["user_id"] == "ada"


def test_a_refusal_for_what_a_client_did_is_no_warning(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    handler(request(), None, tokens, tickets, crowd())

    line = said(caplog)
    assert (line["levelname"], line["fault"], line["user_id"]) == ("INFO", "client", None)


def test_a_refusal_by_a_fault_of_ours_is_a_warning(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    handler(request(f"Bearer {token(iss='elsewhere')}"), None, tokens, tickets, crowd())

    line = said(caplog)
    assert (line["levelname"], line["fault"], line["user_id"]) == ("WARNING", "server", SUBJECT)


def test_an_allowance_is_nobodys_fault(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    handler(request(f"Bearer {token()}"), None, tokens, tickets, crowd())

    assert "fault" not in said(caplog)


# --- Faults ----------------------------------------------------------------------------------


def test_a_ticket_that_cannot_be_redeemed_in_time_lets_nobody_in(
    tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    away = Tickets(Throttled(), "claims")

    answer = handler(request(ticket="x" * 43), None, tokens, away, crowd())

    assert effect(answer) == "Deny"
    assert (reason(caplog), said(caplog)["problem"]) == (
        Denial.UNAVAILABLE,
        "ThrottlingException of delete_item",
    )


def test_what_nobody_foresaw_lets_nobody_in(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    room = crowd(fault=RuntimeError("secret"))

    answer = handler(request(f"Bearer {token()}"), None, tokens, tickets, room)

    assert effect(answer) == "Deny"
    assert (reason(caplog), said(caplog)["problem"]) == (Denial.INTERNAL, "RuntimeError")
    assert "secret" not in json.dumps(answer)


def test_a_user_whose_connections_cannot_be_counted_is_let_in_and_a_line_says_so(
    tokens: Tokens, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    room = crowd(500, fault=Unavailable("ThrottlingException of Query"))
    event = request(f"Bearer {token()}")

    answer = handler(event, None, tokens, tickets, room)

    assert effect(answer) == "Allow"
    assert answer["context"]["userId"] == SUBJECT
    warning, authorized = caplog.records
    assert (warning.levelname, warning.message) == ("WARNING", "count_failed_open")
    told = vars(warning)
    assert (told["user_id"], told["problem"]) == (SUBJECT, "ThrottlingException of Query")
    for name in ("connection_id", "correlation_id"):
        assert told[name] == vars(authorized)[name]
    assert told["connection_id"] == event["requestContext"]["connectionId"]
    assert told["correlation_id"] == event["requestContext"]["requestId"]


def test_the_count_gets_four_seconds_of_a_handshake_at_most() -> None:
    config: Any = clients.BRIEF

    attempts = config.retries["total_max_attempts"]
    longest_pause = 1
    assert attempts * (config.connect_timeout + config.read_timeout) + (attempts - 1) * longest_pause <= 4
    for module in (authorizer, query_authorizer):
        room = module._ROOM  # noqa: SLF001 - which clients count is what is tested
        for used in (room.subscribers._client.meta.config, room.callbacks._client.meta.config):  # noqa: SLF001 - likewise
            assert (used.connect_timeout, used.read_timeout) == (config.connect_timeout, config.read_timeout)
            assert used.retries["total_max_attempts"] == attempts


@pytest.mark.parametrize("broken", [{"requestContext": None}, {"headers": 7}, {"queryStringParameters": [1]}])
def test_a_broken_event_lets_nobody_in(tokens: Tokens, tickets: Tickets, broken: dict[str, Any]) -> None:
    assert effect(handler({**request(), **broken}, None, tokens, tickets, crowd())) == "Deny"


@pytest.mark.parametrize(
    "event", [None, [], "x", 1, {}, {"methodArn": "arn", "requestContext": "x"}], ids=repr
)
def test_what_is_no_event_lets_nobody_in(tokens: Tokens, tickets: Tickets, event: Any) -> None:
    answer = handler(event, None, tokens, tickets, crowd())

    assert effect(answer) == "Deny"
    assert answer["context"] == {}


def test_an_event_that_asks_for_nothing_lets_nobody_in(tokens: Tokens, tickets: Tickets) -> None:
    event = request(f"Bearer {token()}")
    del event["methodArn"]

    assert effect(handler(event, None, tokens, tickets, crowd())) == "Deny"


@pytest.mark.parametrize("blank", ["\t", "\u00a0", "\u3000", "\x1f"])
def test_a_blank_that_is_none_in_http_lets_nobody_in(tokens: Tokens, tickets: Tickets, blank: str) -> None:
    assert effect(handler(request(f"Bearer {blank}{token()}"), None, tokens, tickets, crowd())) == "Deny"
