"""Bring the embedded AWS up, hold it in the foreground, and take it down."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from infra.settings.identity import IdentityMode
from local import embedded, emulator, kept, leash, outputs
from local.errors import LocalError
from local.interrupts import NO_SIGNALS, Signals, await_result
from local.outputs import Outputs
from local.stackfile import PROJECT
from local.state import Running, StateDir

_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 15.0
"""On busy cores an emulator may be slow to answer, and whoever takes it for a deaf one stops it."""


@dataclass(frozen=True)
class Up:
    """An embedded AWS that is up and has been deployed to."""

    running: Running
    outputs: Outputs
    was_up: bool
    """Whether it was up already, so that this command does not own it."""
    mended: bool = False
    """Whether kept read models differed from the log and have been rebuilt."""


def up(
    state: StateDir,
    port: int | None,
    default_port: int,
    *,
    keep: bool,
    identity: str | None = None,
    signals: Signals = NO_SIGNALS,
) -> Up:
    """Start the emulator if it is not up, and deploy the program as it is now; see `abandon` for failures.

    Until all is done, the emulator ends with this process: one that is half-deployed helps nobody.

    Parameters
    ----------
    identity : str, optional
        The identity mode; by default what was asked for when it was started, or else the stack file's.
    signals : Signals
        What ends it early, by a KeyboardInterrupt.

    Raises
    ------
    LocalError
        In one line, what is in the way.
    """
    with state.lock(signals):
        signals.raise_if_any()
        running = living(state, signals)
        if running is not None:
            if port not in {None, running.port}:
                raise LocalError(f"it is up on port {running.port}: `make down` first")
            if keep and not running.keep:
                raise LocalError("it is up and keeps nothing: `make down` first, then `make up KEEP=1`")
            running = _note(state, running, identity or running.identity)
            deployed = embedded.deploy(
                state, running, restarted=False, config=_config(running), signals=signals
            )
            return Up(running=running, outputs=deployed, was_up=True)
        begun = embedded.begin(state, port or default_port, keep=keep, signals=signals)
        started = _note(state, begun, identity)
        deployed = embedded.deploy(state, started, restarted=True, config=_config(started), signals=signals)
        mended = await_result(lambda: kept.reconcile(state.outputs), signals) if keep else False
        signals.raise_if_any()
        leash.let_go(started.pid)
        return Up(running=started, outputs=deployed, was_up=False, mended=mended)


def _note(state: StateDir, running: Running, identity: str | None) -> Running:
    """Note the identity mode that was asked for: the next deployment of the same emulator keeps it."""
    noted = replace(running, identity=identity)
    state.started(noted)
    return noted


def _config(running: Running) -> dict[str, str]:
    """Give the settings of the identity mode; who is verified is told of changes as they happen, too."""
    if running.identity is None:
        return {}
    live = {f"{PROJECT}:live": '{"enabled":"true"}'} if running.identity == IdentityMode.COGNITO else {}
    return {f"{PROJECT}:identity": running.identity, **live}


def living(state: StateDir, signals: Signals = NO_SIGNALS) -> Running | None:
    """The emulator that answers; what a dead or a deaf one has left is cleared away."""
    running = state.running()
    if running is None:
        return None
    if _answers(running, signals):
        return running
    emulator.stop(state, running)
    return None


def _answers(running: Running, signals: Signals) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while emulator.alive(running) and time.monotonic() < deadline:
        if emulator.healthy(running):
            return True
        signals.raise_if_any()
        time.sleep(_POLL_SECONDS)
    return False


def down(state: StateDir) -> Running | None:
    """Stop the emulator and give the one that was stopped, if there was one."""
    with state.lock():
        running = state.running()
        if running is None:
            return None
        was_alive = emulator.alive(running)
        embedded.end(state, running)
        return running if was_alive else None


def abandon(state: StateDir) -> None:
    """Stop the emulator if this very command started it."""
    with state.lock():
        running = state.running()
        if running is not None and running.owner == os.getpid():
            embedded.end(state, running)


@contextmanager
def somewhere(state: StateDir) -> Iterator[Path]:
    """Use what is up, or else an embedded AWS of one's own that is gone afterwards.

    Yields
    ------
    Path
        The file with the outputs of the program.
    """
    if living(state) is not None and outputs.load(state.outputs) is not None:
        yield state.outputs
        return
    with tempfile.TemporaryDirectory(prefix="airium-", ignore_cleanup_errors=True) as folder:
        own = StateDir(Path(folder))
        with embedded.running(state_dir=own.path):
            yield own.outputs
