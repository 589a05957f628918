"""The emulator's process: start it, ask how it is, stop it by its pid."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from local import leash, processes
from local.errors import LocalError
from local.interrupts import NO_SIGNALS, Signals, uninterrupted
from local.state import Running, StateDir

START_SECONDS = 20.0
GRACE_SECONDS = 5.0
"""With a socket open, the emulator may never end by itself on Python 3.12 and later."""
KEEP_GRACE_SECONDS = 30.0
"""Where its state is kept, it writes it last of all: force would lose it."""
_POLL_SECONDS = 0.05
_ANSWER_SECONDS = 2.0
_PORTS = (10_000, 32_000)


def free_port() -> int:
    """A port on loopback that nobody listens on.

    It is below those that the system gives to outgoing connections: one of them could take it while an
    emulator is down that will come back to it.
    """
    while True:
        port = random.randrange(*_PORTS)  # noqa: S311 - it need not be secret
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def start(state: StateDir, port: int, region: str, *, keep: bool, signals: Signals = NO_SIGNALS) -> Running:
    """Start the emulator on loopback and wait until it answers.

    It ends with this process, however this one ends, until it is let go (`local.leash`).

    Raises
    ------
    LocalError
        If the port is busy, or if the emulator ends or does not answer in time.
    KeyboardInterrupt
        If a signal came. Nothing is left of the emulator then.
    """
    require_free(port)
    state.make()
    # A process that nobody has noted could not be stopped by anybody.
    with uninterrupted() as meanwhile:
        process, running = _spawn(state, port, region, keep=keep)
        state.started(running)
    try:
        meanwhile.raise_if_any()
        leash.run(running.pid)
        _await_health(running, process, state.log, signals)
    except BaseException:
        with uninterrupted():
            stop(state, running)
        raise
    finally:
        # It lives on by its pid: a dropped handle without a return code is a ResourceWarning.
        process.returncode = process.returncode or 0
    return running


def _spawn(
    state: StateDir, port: int, region: str, *, keep: bool
) -> tuple["subprocess.Popen[bytes]", Running]:
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    with state.log.open("wb") as log:
        process = leash.start(
            [sys.executable, "-P", str(Path(__file__).with_name("ministack_with_logs.py"))],
            environment=_environment(state, port, region, keep=keep),
            folder=state.temporary,
            log=log,
        )
    running = Running(
        pid=process.pid,
        birth=processes.birth(process.pid),
        port=port,
        started_at=started_at,
        keep=keep,
        owner=os.getpid(),
    )
    return process, running


def healthy(running: Running) -> bool:
    """Whether the emulator answers within two seconds."""
    try:
        url = f"{running.endpoint}/_ministack/health"
        with urllib.request.urlopen(url, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310  # http
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def alive(running: Running) -> bool:
    """Whether the process is there and is the emulator, not another one that got its pid."""
    processes.reap(running.pid)
    return bool(running.birth) and processes.birth(running.pid) == running.birth


def stop(state: StateDir, running: Running) -> None:
    """End the emulator and its workers; after the grace period, by force."""
    if alive(running):
        processes.send(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + _grace(running)
        while alive(running) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        # The emulator leads its group, so this reaches workers that it has left behind, too.
        processes.kill_group(running.pid)
        while alive(running):
            time.sleep(_POLL_SECONDS)
        # It is killed; if it is our own child, it must not stay behind as a zombie.
        processes.reap(running.pid, wait=True)
    leash.let_go(running.pid)
    state.stopped()


def _grace(running: Running) -> float:
    return KEEP_GRACE_SECONDS if running.keep else GRACE_SECONDS


def last_words(log: Path) -> str:
    """The last line that the emulator has written."""
    try:
        lines = log.read_text(errors="replace").split("\n")
    except FileNotFoundError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _await_health(running: Running, process: "subprocess.Popen[bytes]", log: Path, signals: Signals) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not healthy(running):
        signals.raise_if_any()
        if process.poll() is not None:
            raise LocalError(f"the emulator ended at once ({process.returncode}): {last_words(log)}")
        if time.monotonic() > deadline:
            raise LocalError(f"the emulator does not answer after {START_SECONDS:.0f} s: see {log}")
        time.sleep(_POLL_SECONDS)


def _environment(state: StateDir, port: int, region: str, *, keep: bool) -> dict[str, str]:
    # What people have set for the real AWS must not reach the emulator or the functions in it.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}
    return {
        **inherited,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": region,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "PERSIST_STATE": "1" if keep else "0",
        "STATE_DIR": str(state.kept),
        "TMPDIR": str(state.temporary),
        "PYTHONUNBUFFERED": "1",
    }


def require_free(port: int) -> None:
    """Raise `LocalError` if something listens on a port already."""
    if _busy(port):
        raise LocalError(f"port {port} is in use: choose another one, e.g. `make up PORT={port + 1}`")


def _busy(port: int) -> bool:
    with socket.socket() as probe:
        # As the server will bind: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
