"""Proved identity, on the embedded AWS: its user pool, its HTTP API and its authorizer."""

import time
import urllib.error
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import Message

import pytest
from websockets.exceptions import InvalidStatus

from functions.aws.identity.tickets import Tickets
from functions.domain.identity.identity import Identity
from functions.domain.log.facts import ConnectionOpened
from functions.domain.times import iso
from local.people import sign_in
from tests.integration.backend import Backend
from tests.integration.conftest import PAGES
from tests.integration.gateway import now
from tests.integration.members import Member
from tests.integration.waiting import eventually


@pytest.fixture(scope="module")
def ada(cognito_backend: Backend) -> Member:
    return Member.registered(cognito_backend)


def status(member: Member, headers: dict[str, str] | None = None, **query: str) -> int:
    """Return the status that a handshake gets."""
    try:
        with member.socket(headers, **query):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def expiring(member: Member, seconds: float) -> str:
    """Return a ticket for a user whose identity ends in so many seconds."""
    tickets = Tickets(member.backend.cloud.client("dynamodb"), member.backend.outputs.claims_table)
    return tickets.issue(Identity(member.subject, int(now() / 1000 + seconds)), now())


def ask_as_a_page(member: Member, method: str, headers: dict[str, str]) -> tuple[int, Message]:
    """Ask the ticket API as a browser does for a page, and return the status and the headers."""
    url = member.backend.outputs.everything["ticket_url"]
    request = urllib.request.Request(url, method=method, headers={"Origin": PAGES, **headers})  # noqa: S310 - the emulator's own address
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - likewise
            return answer.status, answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers


def test_a_token_lets_its_user_in_and_names_them_in_every_event(ada: Member) -> None:
    with ada.connected(sessionId="a-talk") as client:
        client.text("hello")
        events = ada.backend.events(client.connection_id)

    assert {event.user_id for event in events} == {ada.subject}
    assert {event.session_id for event in events} == {"a-talk"}
    assert isinstance(events[0].fact, ConnectionOpened)
    assert 3_500 <= (events[0].fact.token_expires_at or 0) - time.time() <= 3_601


def test_a_token_by_itself_is_taken_for_a_connection_and_for_a_ticket_alike(ada: Member) -> None:
    alone = {"Authorization": ada.access_token}

    assert status(ada, alone) == 101
    assert ask_as_a_page(ada, "POST", alone)[0] == 200


def test_nobody_gets_in_without_proof(ada: Member) -> None:
    header, claims, signature = ada.access_token.split(".")
    forged = f"{header}.{claims}.{signature[:-8]}AAAAAAAA"

    refused = {
        "nothing": status(ada),
        "a name": status(ada, userId=ada.subject),
        "a token in the URL": status(ada, token=ada.access_token),
        "a token as a ticket": status(ada, ticket=ada.access_token),
        "a forged token": status(ada, {"Authorization": f"Bearer {forged}"}),
        "an ID token": status(ada, {"Authorization": f"Bearer {ada.id_token}"}),
        "another scheme": status(ada, {"Authorization": f"Basic {ada.access_token}"}),
        "an invented ticket": status(ada, ticket="x" * 43),
        "both": status(ada, ada.headers, ticket=ada.ticket()),
    }

    assert set(refused.values()) == {403}, refused


def test_a_token_of_another_pool_lets_nobody_in(ada: Member) -> None:
    cognito = ada.backend.cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=f"other-{uuid.uuid4().hex}")["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=flows)
    try:
        ids = {"user_pool_id": pool, "user_pool_client_ids": [client["UserPoolClient"]["ClientId"]]}
        theirs = replace(ada.backend.outputs, everything={**ada.backend.outputs.everything, **ids})
        stranger = Member(ada.backend, sign_in(theirs, "eve@example.com"))

        assert status(ada, stranger.headers) == 403
        assert stranger.ask_for_a_ticket()[0] == 401
    finally:
        cognito.delete_user_pool(UserPoolId=pool)


def test_a_ticket_lets_its_user_in_once(ada: Member) -> None:
    ticket = ada.ticket()

    assert status(ada, ticket=ticket) == 101
    assert status(ada, ticket=ticket) == 403
    assert eventually(lambda: ada.backend.events_of_user(ada.subject))


def test_of_many_who_come_with_one_ticket_one_gets_in(ada: Member) -> None:
    ticket = ada.ticket()

    with ThreadPoolExecutor(6) as threads:
        statuses = list(threads.map(lambda _: status(ada, ticket=ticket), range(6)))

    assert sorted(statuses) == [101] + [403] * 5


def test_a_refused_handshake_says_nothing_but_403(ada: Member) -> None:
    with pytest.raises(InvalidStatus) as refused, ada.socket({"Authorization": "Bearer a.b.c"}):
        pass

    answer = refused.value.response
    assert answer.status_code == 403
    assert not any(word in (answer.body or b"").lower() for word in (b"token", b"jwt", b"decode", b"expired"))


def test_a_ticket_is_for_who_has_an_access_token(ada: Member) -> None:
    status, answer = ada.ask_for_a_ticket()

    assert (status, answer["expiresIn"]) == (200, 30)
    assert len(answer["ticket"]) == 43
    assert ada.ask_for_a_ticket(ada.id_token)[0] == 403
    assert ada.ask_for_a_ticket("a.b.c")[0] == 401
    assert ada.ask_for_a_ticket("")[0] == 401


def test_a_page_of_a_known_origin_is_told_what_it_may_send(ada: Member) -> None:
    status, headers = ask_as_a_page(
        ada, "OPTIONS", {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "baggage"}
    )

    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == PAGES
    assert {"authorization", "baggage", "traceparent"} <= set(
        headers["Access-Control-Allow-Headers"].split(",")
    )


@pytest.mark.parametrize(("kind", "expected"), [("access_token", 200), ("id_token", 403)])
def test_a_page_can_read_what_the_function_answers(ada: Member, kind: str, expected: int) -> None:
    token = {
        "Authorization": f"Bearer {getattr(ada, kind)}",
        "traceparent": "00-0af7651916cd43dd8448eb211c80",
    }

    status, headers = ask_as_a_page(ada, "POST", token)

    assert (status, headers["Access-Control-Allow-Origin"]) == (expected, PAGES)


def test_only_post_gets_a_ticket(ada: Member) -> None:
    url = ada.backend.outputs.everything["ticket_url"]
    request = urllib.request.Request(url, headers=ada.headers)  # noqa: S310 - the emulator's own address

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)  # noqa: S310 - likewise

    with refused.value:
        assert refused.value.code in {403, 404, 405}


def test_a_message_after_the_expiry_is_refused_and_the_connection_closed(ada: Member) -> None:
    with ada.connected(ticket=expiring(ada, 3)) as client:
        assert client.text("in time")

        def refused() -> bool:
            client.send({"type": "text_message", "data": {"text": "too late"}})
            frame = client.receive()
            return bool(frame["type"] == "error" and frame["data"]["code"] == "token_expired")

        eventually(refused)

        assert client.is_closed()
    eventually(lambda: "ConnectionClosed" in ada.backend.types(client.connection_id))


def test_a_connection_that_only_pings_is_closed_by_the_sweeper(ada: Member) -> None:
    with ada.connected(ticket=expiring(ada, 2)) as client:
        eventually(lambda: ada.backend.row(client.connection_id))

        def closed() -> bool:
            assert client.ask({"type": "ping"}) == {"type": "pong"}
            schedule = {"time": iso(now()), "idleSeconds": 3600}
            swept = ada.backend.invoke(ada.backend.outputs.everything["sweeper_function"], schedule)
            return bool(swept["closed"])

        eventually(closed)

        assert client.is_closed()
