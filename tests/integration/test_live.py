"""Changes as they happen, on the embedded AWS: to whom they are told, by the documented ways to read them."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from botocore.credentials import Credentials
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from functions.aws.events_api.authorizations import Authorize, bearing, signing
from functions.aws.events_api.subscribing import subscribed
from functions.domain.live.channels import OPERATORS, channel_of
from functions.domain.refusals import Unavailable
from local.stackfile import PROJECT, ROOT
from tests.clients.scripts import node
from tests.integration.backend import Backend
from tests.integration.conftest import SILENT, VERIFIED, deployed
from tests.integration.members import Member
from tests.integration.waiting import DEADLINE_SECONDS, eventually

LIVE: Final = VERIFIED | SILENT | {f"{PROJECT}:live": json.dumps({"enabled": "true"})}
DOCUMENT: Final = ROOT / "docs" / "live.md"
NOBODY: Final = Credentials("AKIAFORGEDFORGEDFORG", "a secret that nobody has")
LOOPBACK: Final = """
import dns from "node:dns";
const found = dns.lookup;
dns.lookup = (name, ...rest) => found(name.endsWith(".localhost") ? "127.0.0.1" : name, ...rest);
"""
"""What a browser does by itself."""


class Lines:
    """What a process has written so far, line by line, as JSON."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.read: list[Any] = []
        self._coming: Queue[str] = Queue()
        self._thread = Thread(target=self._take, args=(process,), daemon=True)
        self._thread.start()

    def _take(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._coming.put(line)

    def until(self, kind: str, **members: Any) -> dict[str, Any]:
        """Return the next change of a kind with these members."""
        while True:
            try:
                change = json.loads(self._coming.get(timeout=DEADLINE_SECONDS))
            except Empty:
                raise AssertionError(f"no {kind} with {members} among {self.read}") from None
            self.read.append(change)
            if change and change["kind"] == kind and members.items() <= change.items():
                found: dict[str, Any] = change
                return found

    def ready(self) -> None:
        """Wait for a line that says that it is subscribed."""
        assert self._coming.get(timeout=DEADLINE_SECONDS).strip() in {"null", "subscribed"}


@contextmanager
def writing(command: Sequence[str], **variables: str) -> Iterator[Lines]:
    """Run a process for as long as the block lasts."""
    process = subprocess.Popen(  # no shell, and what it runs is ours
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
    )
    try:
        yield Lines(process)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with deployed(tmp_path_factory.mktemp("live"), LIVE) as backend:
        yield backend
        eventually(lambda: not backend.differences())


@pytest.fixture(scope="module")
def ada(backend: Backend) -> Member:
    return Member.registered(backend)


@pytest.fixture(scope="module")
def grace(backend: Backend) -> Member:
    """An operator, who has signed in since she was made one."""
    return Member.registered(backend, group="operators")


def hosts(backend: Backend) -> tuple[str, str]:
    everything = backend.outputs.everything
    return everything["live_http_host"], everything["live_realtime_host"]


def reads(backend: Backend, proof: Authorize, channel: str) -> bool:
    """Tell whether who proves that may subscribe to a channel."""

    async def subscribe() -> bool:
        try:
            async with subscribed(hosts(backend)[1], proof, channel, backend.outputs.aws_endpoint_url):
                return True
        except Unavailable:
            return False

    return asyncio.run(subscribe())


def page(backend: Backend, member: Member, folder: Path) -> list[str]:
    """Return the command that runs the documented snippet for somebody, as a browser would."""
    [snippet] = re.findall(
        r"^```js\n(.+?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    (folder / "changes.mjs").write_text(snippet)
    http, realtime = hosts(backend)
    given = (http, f"ws://{realtime}/event/realtime", member.access_token, member.subject)
    (folder / "page.mjs").write_text(
        f'{LOOPBACK}import {{ changes }} from "./changes.mjs";\n'
        f"await changes(...{json.dumps(given)}, (change) => console.log(JSON.stringify(change)));\n"
    )
    return [node(), str(folder / "page.mjs")]


def tail(backend: Backend, folder: Path) -> list[str]:
    outputs = folder / "outputs.json"
    outputs.write_text(json.dumps({**backend.outputs.everything, "projector_timeout_seconds": 0}))
    return [sys.executable, "-m", "ops", "tail", "--live", "--json", "--outputs", str(outputs)]


def test_a_page_shows_its_users_changes_and_operators_see_everybodys(
    backend: Backend, ada: Member, grace: Member, tmp_path: Path
) -> None:
    bob = Member.registered(backend)
    with ExitStack() as running:
        shown = running.enter_context(writing(page(backend, ada, tmp_path)))
        seen = running.enter_context(writing(tail(backend, tmp_path), AIRIUM_TOKEN=grace.access_token))
        shown.ready()
        seen.ready()

        with bob.connected() as another, ada.connected(sessionId="a-talk") as client:
            client.text("what nobody else reads")
            told = shown.until("session")
            opened = {each.connection_id: each for each in (another, client)}
            noticed = {seen.until("connection", change="opened")["connectionId"] for _ in opened}
            of_session = seen.until("session", userId=ada.subject)
        ended = shown.until("connection", change="ended")

    assert noticed == opened.keys()
    assert told["session"]["title"] == "what nobody else reads"
    assert {each["userId"] for each in shown.read} == {ada.subject}
    assert (ended["connectionId"], ended["status"]) == (client.connection_id, "DISCONNECTED")
    assert of_session["session"].get("title") is None
    assert "counters" in {each["kind"] for each in seen.read}
    assert "what nobody else reads" not in json.dumps(seen.read)


def test_each_reads_what_is_theirs_and_operators_what_is_for_them(
    backend: Backend, ada: Member, grace: Member
) -> None:
    http, _ = hosts(backend)
    own, hers = bearing(ada.access_token, http), bearing(f"Bearer {grace.access_token}", http)

    assert reads(backend, own, channel_of(ada.subject))
    assert reads(backend, hers, OPERATORS)
    denied = {
        "another's": reads(backend, hers, channel_of(ada.subject)),
        "the operators'": reads(backend, own, OPERATORS),
        "everybody's": reads(backend, own, "/live/u/*"),
        "by another kind of token": reads(backend, bearing(ada.id_token, http), channel_of(ada.subject)),
        "by no token": reads(backend, bearing("x", http), channel_of(ada.subject)),
    }
    assert denied == dict.fromkeys(denied, False)


def answered(backend: Backend, headers: Mapping[str, str], body: bytes) -> int:
    """Return the status that a publication by HTTP gets."""
    there = f"{backend.outputs.aws_endpoint_url}/event"
    host = {"Host": hosts(backend)[0], "Content-Type": "application/json"}
    request = urllib.request.Request(there, body, {**host, **headers})  # noqa: S310 - the emulator's own address
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - likewise
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def published(backend: Backend, proof: Mapping[str, str], authorization: Mapping[str, str]) -> str:
    """Return what a publication is answered over a WebSocket, by whoever may connect."""
    there = urlsplit(backend.outputs.aws_endpoint_url)
    header = urlsafe_b64encode(json.dumps(dict(proof)).encode()).decode().rstrip("=")
    with connect(
        f"ws://{hosts(backend)[1]}/event/realtime",
        sock=socket.create_connection((there.hostname, there.port)),
        subprotocols=[Subprotocol("aws-appsync-event-ws"), Subprotocol(f"header-{header}")],
        ping_interval=None,
    ) as page:
        asked = {"type": "publish", "id": "1", "channel": OPERATORS, "events": ["1"]}
        page.send(json.dumps({**asked, "authorization": dict(authorization)}))
        return str(json.loads(page.recv(timeout=DEADLINE_SECONDS))["type"])


def test_nobody_publishes_but_the_projector(backend: Backend, grace: Member) -> None:
    http, _ = hosts(backend)
    body = json.dumps({"channel": OPERATORS, "events": ["1"]}).encode()
    token, forged = bearing(grace.access_token, http)(body), signing(NOBODY, http, "us-east-1")(body)

    assert answered(backend, token, body) == 401
    assert answered(backend, forged, body) in {401, 403}
    assert published(backend, token, token) == "publish_error"
    assert published(backend, token, forged) == "publish_error"
