"""The commands that ask the log: ``audit`` and ``state``."""

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ops.commands.asking import Connection, Cost, Json, Session, Trace, Types, User, Words, Zone, tell
from ops.commands.output import STOPPED, answers, hints, line, refuse
from ops.commands.stack import OutputsFile, StackName, deployed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.aws.attributes import Item
    from ops.audit.meter import Meter

_DAY_MILLISECONDS: Final = 86_400_000


def audit(
    outputs: OutputsFile = None,
    stack: StackName = None,
    connection: Connection = None,
    user: User = None,
    session: Session = None,
    kind: Types = None,
    trace: Trace = None,
    since: Annotated[
        str | None, typer.Option("--from", help="Since when they arrived; by time alone, a day before --to.")
    ] = None,
    until: Annotated[str, typer.Option("--to", help="Until when they arrived.")] = "now",
    zone: Zone = "UTC",
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most events that are shown.")] = 100,
    *,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="Not the newest first.")] = False,
    words: Words = False,
    archive: Annotated[bool, typer.Option("--archive", help="Ask the archive of years too.")] = False,
    json: Json = False,
    cost: Cost = False,
    yes: Annotated[bool, typer.Option("--yes", help="Read on, however much a filter has to read.")] = False,
) -> None:
    """Show what happened, from the log: by connection, user, session, type, trace and time, or several."""
    from ops.archive.athena import ArchiveError
    from ops.archive.merging import athena_of, select_from_both
    from ops.audit.entries import entry
    from ops.audit.meter import Meter
    from ops.audit.selection import Selection
    from ops.audit.sources import TooManyReadError, select
    from ops.audit.traces import TraceError, trace_id
    from ops.commands.events import shown
    from ops.times import TimeError, time_zone

    narrow = bool(connection or user or session)
    try:
        tz = time_zone(zone)
        root_id = None if trace is None else trace_id(trace)
        first, last = _span(since, until, zone, narrow=narrow, root_id=root_id)
    except (TimeError, TraceError) as problem:
        raise refuse(problem) from None
    kinds = frozenset(kind or ())
    selection = Selection(first, last, connection, user, session, kinds, not oldest_first, root_id)
    meter, count = Meter(), 0

    def go_on(read: "Meter") -> bool:
        return yes or _agreed(read)

    with deployed(outputs, stack) as deployment:
        athena = None
        try:
            athena = athena_of(deployment) if archive else None
            items: Iterable[Item] = (
                select(deployment, selection, meter, wanted=limit, go_on=go_on)
                if athena is None
                else select_from_both(deployment, athena, selection, meter, wanted=limit, go_on=go_on)
            )
            for item in items:
                found = entry(item, words=words)
                line(found) if json else answers.print(shown(found, tz), soft_wrap=True)
                count += 1
        except ArchiveError as problem:
            raise refuse(problem) from None
        except TooManyReadError:
            read = f"stopped after reading {meter.scanned:,} events for {count:,}"
            raise refuse(f"{read}: ask for less, or add --yes", STOPPED) from None
        finally:
            if cost:
                tell(meter)
                if athena is not None:
                    hints.print(f"{athena.scanned:,} bytes of the archive read, ${athena.dollars:.6f}")
    if session and not connection:
        hints.print("A session's connections are those that the projection knows; --user asks the log alone.")
    if not count:
        _found_nothing(archive=archive)


def _found_nothing(*, archive: bool) -> None:
    where = "log or the archive" if archive else "log"
    hints.print(f"Nothing that fits is in the {where}.")


def _span(since: str | None, until: str, zone: str, *, narrow: bool, root_id: str | None) -> tuple[int, int]:
    """Return from when to when events are wanted: where nobody is named, a day, or the hour of the trace."""
    from ops.audit.traces import span
    from ops.times import TimeError, instant

    last = instant(until, zone=zone)
    if since is None and root_id is not None and not narrow:
        first, ended = span(root_id)
        return first, min(last, ended)
    if since is None:
        return 0 if narrow else last - _DAY_MILLISECONDS, last
    first = instant(since, zone=zone)
    if first > last:
        raise TimeError("--from is later than --to")
    return first, last


def state(
    at: Annotated[str, typer.Option("--at", help="When: 10m, yesterday 14:00, 2026-11-23T02:13.")],
    outputs: OutputsFile = None,
    stack: StackName = None,
    connection: Connection = None,
    user: User = None,
    session: Session = None,
    zone: Zone = "UTC",
    *,
    everybody: Annotated[bool, typer.Option("--all", help="Of all connections.")] = False,
    json: Json = False,
    cost: Cost = False,
) -> None:
    """Show who was connected at a moment, and in which state, folded from the log."""
    from ops.audit import states
    from ops.audit.meter import Meter
    from ops.audit.selection import Selection
    from ops.commands.events import row, rows
    from ops.times import TimeError, instant, time_zone

    if sum((connection is not None, user is not None, session is not None, everybody)) != 1:
        raise refuse("say whose state: one of --connection, --user, --session and --all")
    try:
        tz, moment = time_zone(zone), instant(at, zone=zone)
    except TimeError as problem:
        raise refuse(problem) from None
    meter = Meter()
    with deployed(outputs, stack) as deployment:
        if connection is not None:
            found = states.state(deployment, connection, meter, moment)
            folded = [] if found is None else [found]
        else:
            whose = Selection(0, 0, user_id=user, session_id=session)
            folded = list(states.states(deployment, whose, meter, moment))
    if json:
        for each in folded:
            line(row(each))
    elif folded:
        answers.print(rows(folded, tz))
    if not folded:
        hints.print(
            "Nobody was connected then." if connection is None else "The log does not know it by then."
        )
    if cost:
        tell(meter)


def _agreed(meter: "Meter") -> bool:
    """Ask whether a filter should go on; without a terminal nobody can answer."""
    if not sys.stdin.isatty():
        return False
    read = f"{meter.scanned:,} events were read (${meter.dollars:.4f}). Read as many again?"
    return typer.confirm(read, err=True)
