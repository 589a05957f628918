"""DynamoDB Local, AWS's own engine, in a network namespace, since it binds to all interfaces."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.contract.relay import near_side

VERSION: Final = "2.6.1"
CACHE: Final = Path(__file__).parents[2] / ".build" / f"dynamodb-local-{VERSION}"
START_SECONDS: Final = 30.0

_POM: Final = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>airium</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>{VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


class UnavailableError(Exception):
    """DynamoDB Local cannot run here; the message says what is missing."""


@contextmanager
def dynamodb_local(folder: Path) -> Iterator[str]:
    """Run DynamoDB Local and give its URL; its unix socket and its log are in the folder.

    Raises
    ------
    UnavailableError
        If Java, its jars or network namespaces are missing, or if it does not answer.
    """
    _need_namespaces()
    jars = _jars()
    path = folder / "socket"
    server = ["java", "-Djava.library.path=lib", "-cp", "lib/*"]
    server += ["com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-inMemory", "-disableTelemetry"]
    relay = [sys.executable, str(Path(__file__).with_name("relay.py")), str(path)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["unshare", "-rn", *relay, *server, "-port"],  # noqa: S607 - wherever the system has it
            cwd=jars,
            env=_own_clock(),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        with near_side(str(path)) as port:
            url = f"http://127.0.0.1:{port}"
            _await_answer(url, process, folder / "log")
            yield url
    finally:
        if process.stdin:
            process.stdin.close()  # it ends the server, and then itself
        process.wait(timeout=10)


def _own_clock() -> dict[str, str]:
    """Return the environment without what shifts the clock: Java waits by clocks that it would take apart.

    No test sees by which clock the engine runs, since nothing in the tables is deleted when it expires.
    """
    return {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


def _need_namespaces() -> None:
    if shutil.which("java") is None:
        raise UnavailableError("there is no Java")
    if shutil.which("unshare") is None:
        raise UnavailableError("there is no unshare: network namespaces are Linux's")
    tried = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False)  # noqa: S607
    if tried.returncode:
        raise UnavailableError(f"no network namespaces: {tried.stderr.decode().strip()}")


def _jars() -> Path:
    """Return the folder whose ``lib`` has the jars, resolved from Maven Central at the first time."""
    if shutil.which("mvn") is None and not (CACHE / "lib").exists():
        raise UnavailableError("there is no Maven to resolve its jars with")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (CACHE / "lib").exists():
            _resolve()
    return CACHE


def _resolve() -> None:
    draft = CACHE / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    (CACHE / "pom.xml").write_text(_POM)
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime"]
    done = subprocess.run(
        [*command, f"-DoutputDirectory={draft}"],
        cwd=CACHE,
        env=_own_clock(),
        capture_output=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise UnavailableError(f"Maven does not resolve its jars: {done.stdout.decode()[:300]}")
    draft.rename(CACHE / "lib")


def _await_answer(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2)  # noqa: S310 - http on loopback
        except urllib.error.HTTPError as answer:  # a bare GET is refused, by a server that is up
            answer.close()
            return
        except OSError:
            time.sleep(0.05)
    raise UnavailableError(f"it does not answer: {log.read_text(errors='replace')[-300:]}")
