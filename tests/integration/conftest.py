"""One backend for each run (and each worker of it), and connections that end with their test."""

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Protocol

import pytest

from functions.domain.log.facts import ConnectionOpened
from local import embedded
from local.stackfile import PROJECT, ROOT
from tests.integration.backend import Backend
from tests.integration.client import Client, open_socket
from tests.integration.gateway import Gateway, now
from tests.integration.waiting import eventually

Ops = Callable[..., tuple[int, str]]
"""``python -m ops``, as an operator types it: its exit code and what it says."""


PAGES: Final = "https://app.example.com"
"""The origin whose pages may ask for a ticket."""
VERIFIED: Final = {f"{PROJECT}:identity": "cognito", f"{PROJECT}:tickets": json.dumps({"origins": [PAGES]})}
"""The settings by which the program verifies identity."""
SILENT: Final = {f"{PROJECT}:ai": json.dumps({"enabled": "false"})}
"""Nobody answers: whoever counts what was said, numbered or written counts what people said alone."""


class Connect(Protocol):
    """Opens a connection, by default of a user of its own."""

    def __call__(self, user_id: str | None = None, session_id: str | None = None) -> Client: ...


class Absent(Protocol):
    """Opens a connection of the user that the log knows and the gateway does not: its end went unnoticed."""

    def __call__(self, seconds_ago: float = 60.0) -> Gateway: ...


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with deployed(tmp_path_factory.mktemp("embedded"), SILENT) as backend:
        yield backend
        _prove(backend)


@pytest.fixture(scope="session")
def answering_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend whose texts a script answers, as ``make up`` deploys it."""
    with deployed(tmp_path_factory.mktemp("answering")) as backend:
        yield backend
        _prove(backend)


@pytest.fixture(scope="session")
def cognito_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend that verifies identity; `local.people.sign_in` gives its people tokens."""
    with deployed(tmp_path_factory.mktemp("verified"), VERIFIED | SILENT) as backend:
        yield backend
        _prove(backend)


@contextmanager
def deployed(folder: Path, config: Mapping[str, str] = {}) -> Iterator[Backend]:
    """A backend for as long as the block lasts."""
    with embedded.running(state_dir=folder, config=config) as outputs:
        yield Backend(outputs)


def _prove(backend: Backend) -> None:
    """Whatever the tests did: the read models still equal the log."""
    eventually(lambda: not backend.differences())


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def connect(backend: Backend) -> Iterator[Connect]:
    with connecting(backend) as connect:
        yield connect


@contextmanager
def connecting(backend: Backend) -> Iterator[Connect]:
    """Open connections to a backend that end with the block."""
    with ExitStack() as connections:

        def open_one(user_id: str | None = None, session_id: str | None = None) -> Client:
            who = user_id or f"user-{uuid.uuid4().hex[:12]}"
            agent = f"test/{uuid.uuid4().hex}"
            query = {"userId": who} | ({"sessionId": session_id} if session_id else {})
            socket = connections.enter_context(open_socket(backend.outputs.websocket_url, query, agent))
            connection_id = _connection_of(backend, who, agent)
            backend.opened.append(connection_id)
            return Client(socket, who, session_id, connection_id)

        yield open_one


@pytest.fixture
def client(connect: Connect) -> Client:
    return connect()


@pytest.fixture
def quiet(backend: Backend) -> None:
    """Nothing of the tests before is still on its way; to be asked for before any connection."""
    eventually(backend.is_quiet)


@pytest.fixture
def ops(backend: Backend, tmp_path: Path) -> Ops:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({**backend.outputs.everything, "projector_timeout_seconds": 0}))

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "ops", *arguments, "--outputs", str(outputs)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture
def absent(backend: Backend, user: str) -> Iterator[Absent]:
    known: list[Gateway] = []

    def open_one(seconds_ago: float = 60.0) -> Gateway:
        gateway = Gateway(backend, user, now() - int(seconds_ago * 1000))
        known.append(gateway)
        assert gateway.connect() == {"statusCode": 200}
        eventually(lambda: backend.row(gateway.connection_id))
        return gateway

    yield open_one
    for gateway in known:
        gateway.disconnect()


@pytest.fixture
def gateway(backend: Backend, client: Client) -> Gateway:
    """The gateway's word on the client's connection."""
    [opened] = backend.events(client.connection_id)
    return Gateway(backend, client.user_id, opened.connected_at, client.session_id, client.connection_id)


def _connection_of(backend: Backend, user_id: str, user_agent: str) -> str:
    """Return the id that the gateway gave: the user agent, which the log keeps, is the connection's own."""
    for event in backend.events_of_user(user_id):
        if isinstance(event.fact, ConnectionOpened) and event.fact.user_agent == user_agent:
            return event.connection_id
    raise AssertionError(f"the log has no connection with the user agent {user_agent}")
