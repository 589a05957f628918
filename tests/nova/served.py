"""The fake in a process of its own, and the engine that speaks with it. For the newer environment alone."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from awscrt.io import ClientTlsContext, TlsContextOptions

from functions.aws.voice.engines.nova import bedrock
from functions.aws.voice.engines.nova.clock import Clock
from functions.aws.voice.engines.nova.engine import LIVES, Nova
from functions.domain.voice.rotation import Lives

REGION: Final = "us-east-1"
SOON: Final = 4.0


class TrustingTransport(bedrock.Transport):
    """The engine's transport, but for the one certificate that it trusts."""

    def __init__(self, certificate: bytes) -> None:
        super().__init__()
        options = TlsContextOptions()
        options.override_default_trust_store(certificate)
        self._certificate = certificate
        self._tls_ctx = ClientTlsContext(options)

    def __deepcopy__(self, memo: Any) -> "TrustingTransport":
        # the client copies what it is made with, and the copy would trust the usual certificates
        return TrustingTransport(self._certificate)


class Fake:
    """The fake that is up."""

    def __init__(self, endpoint: str, certificate: bytes) -> None:
        self.endpoint = endpoint
        self._certificate = certificate
        self._journal: list[dict[str, Any]] = []

    def engine(self, model: str, *, clock: Clock | None = None, lives: Lives = LIVES, **more: Any) -> Nova:
        """Return the engine, which asks for a model's id: see `tests.nova.fake.faults`."""
        connect = partial(
            bedrock.connect,
            model,
            REGION,
            endpoint=more.pop("endpoint", self.endpoint),
            transport=partial(TrustingTransport, self._certificate),
        )
        return Nova(connect, model=model, voice="matthew", clock=clock, lives=lives, **more)

    def seen(self, story: str, kind: str) -> list[dict[str, Any]]:
        """Return what the fake wrote down of a story, by now."""
        return [each for each in list(self._journal) if (each["story"], each["kind"]) == (story, kind)]

    def until(self, enough: Callable[[], bool]) -> None:
        """Wait until the fake has seen enough."""
        deadline = time.monotonic() + SOON
        while not enough():
            assert time.monotonic() < deadline, self._journal
            time.sleep(0.005)

    def read(self, lines: Iterator[str]) -> None:
        """Read what the fake writes down."""
        for line in lines:
            self._journal.append(json.loads(line))


@contextmanager
def served() -> Iterator[Fake]:
    """Serve the fake for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.nova.fake", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            certificate = (Path(folder) / "certificate.pem").read_bytes()
            fake = Fake(f"https://localhost:{port}", certificate)
            reading = threading.Thread(target=fake.read, args=(iter(process.stdout),), daemon=True)
            reading.start()
            yield fake
        finally:
            process.stdin.close()
            try:
                process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
