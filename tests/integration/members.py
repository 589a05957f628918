"""Users of the pool, as the tests of identity need them: their tokens, tickets and connections."""

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from functions.aws.identity.tickets import Tickets
from functions.domain.identity.identity import Identity
from local.people import Person, sign_in
from tests.integration.backend import Backend
from tests.integration.client import ANSWER_SECONDS, Client
from tests.integration.gateway import now
from tests.integration.waiting import eventually

_SILENCE_SECONDS: Final = 3.0
"""How long a frame is waited for that should not come."""


class Companion(Client):
    """A client that also notices what does not come."""

    def hears(self, code: str) -> bool:
        """Tell whether an error of this code comes soon."""
        try:
            frame = json.loads(self._socket.recv(timeout=_SILENCE_SECONDS))
        except TimeoutError:
            return False
        return bool(frame["type"] == "error" and frame["data"]["code"] == code)

    def is_closed(self) -> bool:
        """Tell whether the server ends the connection soon."""
        try:
            while True:
                self._socket.recv(timeout=_SILENCE_SECONDS)
        except ConnectionClosed:
            return True
        except TimeoutError:
            return False


class Member:
    """A user of the pool.

    Attributes
    ----------
    subject
        What the tokens name: the user id.
    access_token, id_token
        Good for an hour.
    """

    def __init__(self, backend: Backend, person: Person) -> None:
        self.backend = backend
        self.subject = person.user_id
        self.access_token = person.access_token
        self.id_token = person.id_token

    @classmethod
    def registered(cls, backend: Backend, group: str | None = None) -> "Member":
        """Return a new user, in a group if one is named."""
        email = f"ada-{uuid.uuid4().hex[:12]}@example.com"
        return cls(backend, sign_in(backend.outputs, email, group))

    @property
    def headers(self) -> dict[str, str]:
        """What a client that is no browser sends with its handshake."""
        return {"Authorization": f"Bearer {self.access_token}"}

    def ask_for_a_ticket(self, token: str | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
        """Ask over HTTP and return the status and the answer."""
        token = self.access_token if token is None else token
        request = urllib.request.Request(  # noqa: S310 - the emulator's own address
            self.backend.outputs.everything["ticket_url"],
            method="POST",
            headers={"Authorization": f"Bearer {token}", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - likewise
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read() or b"{}")

    def ticket(self) -> str:
        """Return a new ticket."""
        status, answer = self.ask_for_a_ticket()
        assert status == 200, answer
        return str(answer["ticket"])

    def forged_ticket(self, user_id: str | None = None) -> str:
        """Return a ticket that was put into the table by the root, for this user or another."""
        tickets = Tickets(self.backend.cloud.client("dynamodb"), self.backend.outputs.claims_table)
        return tickets.issue(Identity(user_id or self.subject, now() // 1000 + 600), now())

    @contextmanager
    def socket(self, headers: dict[str, str] | None = None, **query: str) -> Iterator[ClientConnection]:
        """A socket for as long as the block lasts; raises `InvalidStatus` if it is refused."""
        url = self.backend.outputs.websocket_url
        with connect(
            f"{url}?{urlencode(query)}" if query else url,
            additional_headers=headers,
            user_agent_header=f"test/{uuid.uuid4().hex}",
            open_timeout=ANSWER_SECONDS,
            close_timeout=2,
            ping_interval=None,
        ) as socket:
            yield socket

    @contextmanager
    def connected(self, **query: str) -> Iterator[Companion]:
        """A connection of this user for as long as the block lasts, by token unless there is a ticket."""
        agent = f"test/{uuid.uuid4().hex}"
        url = self.backend.outputs.websocket_url
        with connect(
            f"{url}?{urlencode(query)}" if query else url,
            additional_headers=None if "ticket" in query else self.headers,
            user_agent_header=agent,
            open_timeout=ANSWER_SECONDS,
            close_timeout=2,
            ping_interval=None,
        ) as socket:
            opened = [
                event.connection_id
                for event in self.backend.events_of_user(self.subject)
                if getattr(event.fact, "user_agent", None) == agent
            ]
            yield Companion(socket, self.subject, query.get("sessionId"), opened[0])
        eventually(lambda: self.backend.status(opened[0]) == "DISCONNECTED")
