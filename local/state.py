"""The folder where the embedded AWS keeps what it must know of itself from one command to the next."""

import fcntl
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from local.errors import LocalError
from local.interrupts import NO_SIGNALS, Signals
from local.prune import Deployed
from local.stackfile import ROOT

_LOCK_SECONDS = 15.0
_POLL_SECONDS = 0.1
DEFAULT = ROOT / ".local"


@dataclass(frozen=True)
class Running:
    """An emulator that has been started."""

    pid: int
    port: int
    started_at: str
    """ISO 8601, UTC."""
    keep: bool
    """Whether its state is kept when it stops."""
    owner: int
    """The pid of the command that started it."""
    birth: str = ""
    """When the process began, see `local.processes`: another one may get its pid."""
    identity: str | None = None
    """The identity mode that was asked for; None for that of the stack file."""

    @property
    def endpoint(self) -> str:
        """The emulator's URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def since(self) -> datetime:
        """When it was started."""
        return datetime.fromisoformat(self.started_at).astimezone(UTC)


@dataclass(frozen=True)
class StateDir:
    """The files of one embedded AWS."""

    path: Path = DEFAULT

    @property
    def log(self) -> Path:
        """What the emulator writes."""
        return self.path / "emulator.log"

    @property
    def outputs(self) -> Path:
        """The outputs of the last deployment."""
        return self.path / "outputs.json"

    @property
    def kept(self) -> Path:
        """The emulator's own state, if it is kept."""
        return self.path / "state"

    @property
    def temporary(self) -> Path:
        """Where the emulator and the functions put temporary files."""
        return self.path / "tmp"

    def make(self) -> None:
        """Make the folders."""
        for folder in (self.path, self.kept, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)

    def forget_everything(self) -> None:
        """Drop what an earlier run has left, but for the lock."""
        for folder in (self.kept, self.temporary):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.outputs, self._running, self._deployed):
            file.unlink(missing_ok=True)

    def running(self) -> Running | None:
        """The emulator that was started last, whether it lives or not."""
        try:
            return Running(**json.loads(self._running.read_text()))
        except (FileNotFoundError, json.JSONDecodeError, TypeError):
            return None

    def started(self, running: Running) -> None:
        """Note the emulator."""
        _write(self._running, json.dumps(asdict(running)))

    def stopped(self) -> None:
        """Note that the emulator is gone."""
        self._running.unlink(missing_ok=True)

    def deployed(self) -> list[Deployed]:
        """What has been created on the emulator, in that order."""
        try:
            return [Deployed(**each) for each in json.loads(self._deployed.read_text())]
        except (FileNotFoundError, json.JSONDecodeError, TypeError):
            return []

    def note_deployed(self, deployed: Sequence[Deployed]) -> None:
        """Note what has been created."""
        _write(self._deployed, json.dumps([asdict(each) for each in deployed]))

    @contextmanager
    def lock(self, signals: Signals = NO_SIGNALS) -> Iterator[None]:
        """Hold off other commands on the same folder while it changes.

        Raises
        ------
        LocalError
            If another one does not finish in time.
        KeyboardInterrupt
            If a signal came meanwhile.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + _LOCK_SECONDS
        with (self.path / "lock").open("w") as file:
            while not _locked(file):
                signals.raise_if_any()
                if time.monotonic() > deadline:
                    raise LocalError(f"another command is at work in {self.path}: try again")
                time.sleep(_POLL_SECONDS)
            yield

    @property
    def _running(self) -> Path:
        return self.path / "emulator.json"

    @property
    def _deployed(self) -> Path:
        return self.path / "deployed.json"


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_text(text + "\n")
    draft.replace(path)
