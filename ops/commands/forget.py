"""The command that forgets a person: ``forget``."""

import sys
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ops.commands.connections import Who
from ops.commands.manager import login, manager_in, say
from ops.commands.output import FAILED, STOPPED, advance, hints, progress, refuse
from ops.commands.stack import OutputsFile, StackName, deployed

if TYPE_CHECKING:
    from ops.erasure.forgetting import Forgotten
    from ops.erasure.planning import Plan


def forget(
    user: Annotated[str, typer.Option("--user", help="The user's id.", show_default=False)],
    outputs: OutputsFile = None,
    stack: StackName = None,
    by: Who = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without being asked.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Say what was done as a JSON object.")] = False,
) -> None:
    """Forget a person: end their connections, and take their names and words out of all that is kept.

    Disable them in the directory first. It cannot be undone; interrupted, it goes on when it is run again.
    """
    from functions.domain.log.redaction import is_pseudonym
    from ops.archive.athena import ArchiveError
    from ops.erasure.archive import archive_of
    from ops.erasure.forgetting import forget
    from ops.erasure.planning import plan
    from ops.erasure.problems import CannotForgetError
    from ops.erasure.tables import Clock

    clock = Clock(sleep=_wait)
    if not user or is_pseudonym(user):
        raise refuse("--user takes the id of a user, and a pseudonym is none")
    with deployed(outputs, stack) as deployment, manager_in(deployment) as manager:
        if deployment.outputs.claims_table is None:
            raise refuse("the outputs name no claims_table: deploy the stack anew")
        try:
            archive = archive_of(deployment)
            planned = plan(deployment, archive, user, clock.milliseconds)
            hints.print(*_told(planned), sep="\n", soft_wrap=True)
            if planned.is_empty or dry_run:
                return
            _agree(user, yes=yes)
            with progress() as shown:
                told = partial(advance, shown)
                done = forget(deployment, manager, archive, planned, by or login(), told, clock=clock)
        except (CannotForgetError, ArchiveError) as problem:
            raise refuse(problem) from None
    tell(done, json=json)


def tell(done: "Forgotten", *, json: bool) -> None:
    """Say what was done; connections that were opened since it began end the command with exit code 1."""
    import msgspec

    opened_since = done.opened_since
    say({**msgspec.to_builtins(done), "opened_since": len(opened_since)}, json=json)
    if opened_since:
        listed = " ".join(opened_since)
        fix = "disable them in the directory, wait until their token has expired, and run this again"
        raise refuse(f"connections were opened since it began: {listed}\n{fix}", FAILED)


def _told(plan: "Plan") -> Iterator[str]:
    """Yield what there is of a person, and what will become of it."""
    person = plan.person
    if plan.is_empty:
        yield f"Nothing that is kept names {person.user_id}."
        return
    if plan.pseudonym is not None:
        yield "An erasure of them was begun and not finished: this one goes on with it."
    yield (
        f"{person.user_id}: {len(person.connections)} connections, {person.named} events that name them, "
        f"{person.texts} of them with texts, {len(person.sessions)} sessions, "
        f"{len(plan.hours)} hours of the archive."
    )
    yield "Their open connections are ended, and their sessions are free for others."
    yield "Their id and the names of their sessions become a random pseudonym that nobody is told."
    yield "Texts, addresses, user agents and reasons are blanked; types, times and counters stay."
    yield "It cannot be undone. First disable them in the directory: a token opens new connections."


def _wait(seconds: float) -> None:
    hints.print(f"waiting {seconds:g} s until what was under way before has ended")
    time.sleep(seconds)


def _agree(user: str, *, yes: bool) -> None:
    """End the command unless somebody says that it should go on; without a terminal nobody can."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise refuse("nothing was done: add --yes", STOPPED)
    if not typer.confirm(f"Forget {user}?", err=True):
        raise refuse("nothing was done", STOPPED)
