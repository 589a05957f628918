"""What the commands for connections share: the manager that they ask, and how its answers are shown."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.commands.output import FAILED, UNUSABLE, answers, hints, line, refuse
from ops.commands.stack import deployed

if TYPE_CHECKING:
    from ops.connections.manager import ConnectionManager
    from ops.deployment import Deployment

_CANNOT_BE_DONE: Final = ("not_found", "conflict")
"""The request was understood: exit code 1. What else is refused has to be typed anew, or asked later."""


@contextmanager
def manager_of(outputs: Path | None, stack: str | None) -> Iterator["ConnectionManager"]:
    """Give the connection manager of a stack, and end the command if it refuses or fails."""
    with deployed(outputs, stack) as deployment, manager_in(deployment) as manager:
        yield manager


@contextmanager
def manager_in(deployment: "Deployment") -> Iterator["ConnectionManager"]:
    """Give the connection manager of a deployment, as `manager_of` does."""
    from ops.connections.manager import (
        ConnectionManager,
        FailedError,
        InterruptedPagesError,
        RefusedError,
    )

    function = deployment.outputs.connection_manager_function
    if function is None:
        raise refuse("the outputs name no connection_manager_function: deploy the stack anew")
    try:
        yield ConnectionManager(deployment.functions, function)
    except RefusedError as problem:
        raise refuse(problem, FAILED if problem.code in _CANNOT_BE_DONE else UNUSABLE) from None
    except (FailedError, InterruptedPagesError) as problem:
        raise refuse(problem) from None


def count(pages: Iterator[dict[str, Any]], *, json: bool) -> None:
    """Show the sum of the counts of all pages, also where one of them fails; exit code 1 if some failed."""
    sums: Counter[str] = Counter()
    note: str | None = None
    try:
        for page in pages:
            sums.update({name: count for name, count in page.items() if isinstance(count, int)})
            note = page.get("note", note)
    finally:
        if sums:
            say(dict(sums), json=json)
        if note is not None:
            hints.print(note, soft_wrap=True)
    if sums["failed"]:
        raise refuse(f"{sums['failed']} failed: ask again, or look at the connection manager's log", FAILED)


def data_of(kind: str, data: str | None) -> dict[str, Any]:
    """Return the message of a type and what belongs to it, and end the command if that is no object."""
    import msgspec

    try:
        given = None if data is None else msgspec.json.decode(data.encode(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError):
        raise refuse('--data is not a JSON object: write for example \'{"text": "hello"}\'') from None
    return {"type": kind} if given is None else {"type": kind, "data": given}


def say(answer: dict[str, Any], *, json: bool) -> None:
    """Show an answer that is a few names with values."""
    if json:
        line(answer)
    else:
        answers.print(", ".join(f"{name} {value}" for name, value in answer.items()))


def show(found: list[dict[str, Any]], tz: tzinfo) -> None:
    """Show connections as a table."""
    from ops.commands.events import table_of_rows

    answers.print(table_of_rows(found, tz))


def login() -> str:
    """Return who is at the keyboard, as the machine knows them."""
    from getpass import getuser

    return getuser()


def zone_named(name: str) -> tzinfo:
    """Return a time zone, and end the command if there is none of this name."""
    from ops.times import TimeError, time_zone

    try:
        return time_zone(name)
    except TimeError as problem:
        raise refuse(problem) from None
