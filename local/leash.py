"""Start a process that ends with the one that started it, until it is let go.

A start can be cut at any moment, also by a signal that nobody can catch. So the process gets a pipe whose
other end only its starter holds: wherever the starter ends, the system closes the pipe.
"""

import contextlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_SCRIPT = """
exec 3<&0
read -r noted <&3 || exit 0
( {
    trap '' TERM
    read -r let_go <&3 && exit
    kill -s TERM $$
    waits=25
    while kill -s 0 $$ && [ $((waits -= 1)) -ge 0 ]; do sleep 0.2; done
    kill -s KILL 0
} </dev/null >/dev/null 2>&1 & )
exec "$@" 3<&- </dev/null
"""
"""Waits until the process has been noted, and becomes the program; what watches the pipe stays in its group.

The watcher gives the program five seconds to end in order. It is nobody's child, for the program collects
none. As a member of the group it keeps the number from being given to another process, so ``$$`` is the
program as long as it watches.
"""
_leashes: dict[int, int] = {}
"""The ends of the pipes that this process holds, by the pid at the other end."""


def start(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: IO[bytes]
) -> "subprocess.Popen[bytes]":
    """Start a process, as the leader of a group of its own, that does nothing before `run` is called.

    It has the pid that the command will have.
    """
    at_the_process, here = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603  # a command of our own
            ["/bin/sh", "-c", _SCRIPT, "sh", *command],
            env=environment,
            stdin=at_the_process,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            # Its own group: Ctrl-C is for us, who stop it in order, and its workers end with it.
            start_new_session=True,
        )
    except BaseException:
        os.close(here)
        raise
    finally:
        os.close(at_the_process)
    _leashes[process.pid] = here
    return process


def run(pid: int) -> None:
    """Let the process begin, now that it is noted: it still ends with this one."""
    _say(_leashes[pid])


def let_go(pid: int) -> None:
    """Let the process live on when this one ends; nothing happens if it is not on a leash of this one."""
    here = _leashes.pop(pid, None)
    if here is None:
        return
    _say(here)
    os.close(here)


def _say(here: int) -> None:
    # Whoever awaits it will find out that it has ended.
    with contextlib.suppress(BrokenPipeError):
        os.write(here, b"\n")
