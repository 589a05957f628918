"""The command that follows the log: ``tail``."""

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.commands.asking import Connection, Cost, Json, Session, Trace, Types, User, Words, Zone, tell
from ops.commands.live import follow_live
from ops.commands.output import answers, hints, line, refuse
from ops.commands.stack import OutputsFile, StackName, deployed


def tail(
    outputs: OutputsFile = None,
    stack: StackName = None,
    connection: Connection = None,
    user: User = None,
    session: Session = None,
    kind: Types = None,
    trace: Trace = None,
    since: Annotated[str, typer.Option("--from", help="Since when they arrived.")] = "now",
    zone: Zone = "UTC",
    overlap: Annotated[
        int, typer.Option("--overlap", min=1, max=3600, help="Seconds that an event may be seen late.")
    ] = 30,
    *,
    words: Words = False,
    json: Json = False,
    cost: Cost = False,
    live: Annotated[
        bool, typer.Option("--live", help="Changes as they are published, instead of events of the log.")
    ] = False,
    token: Annotated[
        str | None, typer.Option("--token", envvar="AIRIUM_TOKEN", help="For --live: of an operator.")
    ] = None,
) -> None:
    """Show what happens from now on, each event once, until Ctrl-C."""
    if live:
        if kind or trace is not None or since != "now" or words or cost:
            raise refuse("--live takes --connection, --user, --session, --tz and --json: it reads no events")
        follow_live(outputs, stack, token, (connection, user, session), zone, json=json)
        return
    from botocore.exceptions import BotoCoreError, ClientError

    from ops.audit.arrivals import by_arrival
    from ops.audit.entries import entry
    from ops.audit.meter import Meter, MeteredReader, ServiceClock
    from ops.audit.selection import Selection
    from ops.audit.tail import Tail
    from ops.audit.traces import TraceError, trace_id
    from ops.commands.events import shown
    from ops.times import TimeError, time_zone

    try:
        tz, back = time_zone(zone), _ago(since, zone)
        root_id = None if trace is None else trace_id(trace)
    except (TimeError, TraceError) as problem:
        raise refuse(problem) from None
    wanted = Selection(0, 2**53, connection, user, session, frozenset(kind or ()), trace_id=root_id)
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
                tell(meter)


def _ago(since: str, zone: str) -> int:
    """Return how long ago a time was, milliseconds, by the operator's clock alone."""
    from ops.times import instant

    now = datetime.now(UTC)
    return int(now.timestamp() * 1000) - instant(since, zone=zone, now=now)
