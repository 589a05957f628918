"""Show what the functions have logged since the emulator was started, and go on if that is asked for."""

import time
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from local import emulator, outputs, up
from local.cloud import Cloud
from local.errors import LocalError
from local.function_logs import FunctionLogs, Line, now, of_invocations, shown
from local.interrupts import uninterrupted
from local.state import Running, StateDir
from ops.terminal import Terminal

_POLL_SECONDS = 0.5


def show(state: StateDir, console: Terminal, *, wanted: str | None, follow: bool) -> bool:
    """Print the lines of all functions, or of the invocations that have an id in a line of theirs.

    Parameters
    ----------
    wanted
        A correlation id, or any other text that finds a line, such as a connection's id.
    follow
        Whether to print what comes, too, until the emulator ends or a signal does.

    Returns
    -------
    bool
        Whether there was anything to print, or might have been.

    Raises
    ------
    LocalError
        If it is not up, or does not answer.
    """
    running = up.living(state)
    deployed = outputs.load(state.outputs)
    if running is None or deployed is None:
        raise LocalError("it is not up: `make up` starts it")
    logs = FunctionLogs(Cloud(running.endpoint, deployed.region).client("logs"), now)
    printed = False
    for lines in _readings(running, logs, follow=follow):
        for text in shown(of_invocations(lines, wanted) if wanted else lines):
            console.print(text)
            printed = True
    if follow and not emulator.alive(running):
        console.print("It is not up any more.")
    return printed or follow


def _readings(running: Running, logs: FunctionLogs, *, follow: bool) -> Iterator[list[Line]]:
    # Ctrl-C ends the showing in order, between two lines.
    with uninterrupted() as signals:
        try:
            yield logs.news()
            while follow and emulator.alive(running) and not signals:
                yield logs.news()
                time.sleep(_POLL_SECONDS)
        except (ClientError, BotoCoreError) as error:
            if emulator.alive(running):
                raise LocalError(f"the logs cannot be read: {error}") from None
