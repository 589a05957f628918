"""The commands that ask the log: ``audit`` and ``state``."""

import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ops.commands.output import STOPPED, answers, hints, line, refuse
from ops.commands.stack import OutputsFile, StackName, deployed

if TYPE_CHECKING:
    from ops.audit.meter import Meter

_DAY_MILLISECONDS: Final = 86_400_000

Connection = Annotated[str | None, typer.Option("--connection", help="Of one connection.")]
User = Annotated[str | None, typer.Option("--user", help="Of a user's connections.")]
Session = Annotated[str | None, typer.Option("--session", help="Of a session's connections.")]
Zone = Annotated[str, typer.Option("--tz", help="The time zone of times, given and shown.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Cost = Annotated[bool, typer.Option("--cost", help="Say what the answer has cost.")]


def audit(
    outputs: OutputsFile = None,
    stack: StackName = None,
    connection: Connection = None,
    user: User = None,
    session: Session = None,
    kind: Annotated[
        list[str] | None, typer.Option("--type", help="Only events of this type; may be repeated.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="Since when they arrived; by time alone, a day before --to.")
    ] = None,
    until: Annotated[str, typer.Option("--to", help="Until when they arrived.")] = "now",
    zone: Zone = "UTC",
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most events that are shown.")] = 100,
    *,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="Not the newest first.")] = False,
    words: Annotated[bool, typer.Option("--text", help="Show what people wrote and were answered.")] = False,
    json: Json = False,
    cost: Cost = False,
    yes: Annotated[bool, typer.Option("--yes", help="Read on, however much a filter has to read.")] = False,
) -> None:
    """Show what happened, from the log: by connection, user, session, type and time, or several of these."""
    from ops.audit.entries import entry
    from ops.audit.meter import Meter
    from ops.audit.selection import Selection
    from ops.audit.sources import TooManyReadError, select
    from ops.commands.events import shown
    from ops.times import TimeError, instant, time_zone

    narrow = connection or user or session
    try:
        tz = time_zone(zone)
        last = instant(until, zone=zone)
        first = instant(since, zone=zone) if since else 0 if narrow else last - _DAY_MILLISECONDS
    except TimeError as problem:
        raise refuse(problem) from None
    if first > last:
        raise refuse("--from is later than --to")
    selection = Selection(first, last, connection, user, session, frozenset(kind or ()), not oldest_first)
    meter, count = Meter(), 0

    def go_on(read: "Meter") -> bool:
        return yes or _agreed(read)

    with deployed(outputs, stack) as deployment:
        try:
            for item in select(deployment, selection, meter, wanted=limit, go_on=go_on):
                found = entry(item, words=words)
                line(found) if json else answers.print(shown(found, tz), soft_wrap=True)
                count += 1
        except TooManyReadError:
            raise refuse(
                f"stopped after reading {meter.scanned:,} events for {count:,}: ask for less, or add --yes",
                STOPPED,
            ) from None
        finally:
            if cost:
                _tell(meter)
    if not count:
        hints.print("Nothing that fits is in the log.")


def tail(
    outputs: OutputsFile = None,
    stack: StackName = None,
    connection: Connection = None,
    user: User = None,
    session: Session = None,
    kind: Annotated[
        list[str] | None, typer.Option("--type", help="Only events of this type; may be repeated.")
    ] = None,
    since: Annotated[str, typer.Option("--from", help="Since when they arrived.")] = "now",
    zone: Zone = "UTC",
    overlap: Annotated[
        int, typer.Option("--overlap", min=1, max=3600, help="Seconds that an event may be seen late.")
    ] = 30,
    *,
    words: Annotated[bool, typer.Option("--text", help="Show what people wrote and were answered.")] = False,
    json: Json = False,
    cost: Cost = False,
) -> None:
    """Show what happens from now on, each event once, until Ctrl-C."""
    from botocore.exceptions import BotoCoreError, ClientError

    from ops.audit.arrivals import by_arrival
    from ops.audit.entries import entry
    from ops.audit.meter import Meter, MeteredReader, ServiceClock
    from ops.audit.selection import Selection
    from ops.audit.tail import Tail
    from ops.commands.events import shown
    from ops.times import TimeError, time_zone

    try:
        tz, back = time_zone(zone), _ago(since, zone)
    except TimeError as problem:
        raise refuse(problem) from None
    wanted = Selection(0, 2**53, connection, user, session, frozenset(kind or ()))
    meter, clock = Meter(), ServiceClock()
    with deployed(outputs, stack) as deployment:
        reader = MeteredReader(deployment.client, deployment.outputs.events_table, meter, clock)
        list(by_arrival(reader, 0, 0, wanted=1))  # any answer tells the service's time
        following = Tail(
            lambda first, last: by_arrival(reader, first, last, newest_first=False),
            clock.now,
            clock.now() - back,
            overlap,
        )
        try:
            while True:
                try:
                    for item in filter(wanted.wants, following.look()):
                        found = entry(item, words=words)
                        line(found) if json else answers.print(shown(found, tz), soft_wrap=True)
                except (BotoCoreError, ClientError) as problem:
                    hints.print(f"the log cannot be read, and will be again: {problem}", style="yellow")
                time.sleep(1)
        except KeyboardInterrupt:
            raise typer.Exit(0) from None
        finally:
            if cost:
                _tell(meter)


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
        _tell(meter)


def _ago(since: str, zone: str) -> int:
    """Return how long ago a time was, milliseconds, by the operator's clock alone."""
    from ops.times import instant

    now = datetime.now(UTC)
    return int(now.timestamp() * 1000) - instant(since, zone=zone, now=now)


def _agreed(meter: "Meter") -> bool:
    """Ask whether a filter should go on; without a terminal nobody can answer."""
    if not sys.stdin.isatty():
        return False
    read = f"{meter.scanned:,} events were read (${meter.dollars:.4f}). Read as many again?"
    return typer.confirm(read, err=True)


def _tell(meter: "Meter") -> None:
    hints.print(
        f"{meter.scanned:,} items read in {meter.requests:,} requests: {meter.units:,.1f} read units, "
        f"${meter.dollars:.6f}"
    )
