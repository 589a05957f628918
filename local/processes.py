"""What the system knows of processes: whether one is still the same; and how they are ended."""

import contextlib
import functools
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def birth(pid: int) -> str:
    """When a process began, in words that no later process with the same pid has; empty if it has ended.

    Its command line would not do: while a process begins a program, it has none for a moment.
    """
    if not (_PROC / "self").exists():
        state, _, began = _ps("-p", str(pid), "-o", "stat=,lstart=").strip().partition(" ")
        return "" if state.startswith("Z") else began.strip()
    status = _status(pid)
    if not status or status[0] in "ZX":
        return ""
    return f"{_boot()} {status[19]}"


def reap(pid: int, *, wait: bool = False) -> None:
    """Collect our own child if it has ended, or it would stay behind as a zombie."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0 if wait else os.WNOHANG)


def send(pid: int, number: int) -> None:
    """Send a signal to a process, which may have ended meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_group(pid: int) -> None:
    """Kill a process with those that it has started, if it leads a group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def end_children() -> None:
    """End what this process has started and waits for no more, such as the installation of a layer."""
    for child, parent in list(_parents()):
        if parent == os.getpid():
            send(child, signal.SIGTERM)


def _parents() -> Iterator[tuple[int, int]]:
    if not (_PROC / "self").exists():
        for line in _ps("-A", "-o", "pid=,ppid=").splitlines():
            child, parent = line.split()
            yield int(child), int(parent)
        return
    for entry in _PROC.glob("[0-9]*"):
        if status := _status(int(entry.name)):
            yield int(entry.name), int(status[1])


def _status(pid: int) -> list[str]:
    """The fields of ``/proc/<pid>/stat`` after the name, which may hold anything; none if it has ended."""
    try:
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


@functools.cache
def _boot() -> str:
    """What tells this start of the machine from others: the time in ``stat`` counts from there."""
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def _ps(*options: str) -> str:
    listed = subprocess.run(["ps", *options], capture_output=True, check=False)  # noqa: S603, S607  # a fixed command
    return listed.stdout.decode(errors="replace")
