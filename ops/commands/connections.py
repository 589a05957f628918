"""The commands that ask the connection manager: who is connected, to send, and to close."""

from typing import Annotated, Final, Literal

import typer

from ops.commands.manager import count, data_of, login, manager_of, say, show, zone_named
from ops.commands.notifying import notify, receipts
from ops.commands.output import hints, line, refuse
from ops.commands.sessions import sessions
from ops.commands.stack import OutputsFile, StackName

app: Final = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Ask the connection manager.")
app.command()(notify)
app.command()(receipts)
app.command()(sessions)

_MOST_IN_A_PAGE: Final = 500
"""Connections: the manager gives no more at once."""

Status = Literal["CONNECTED", "DISCONNECTED"]
Id = Annotated[str, typer.Argument(metavar="CONNECTION", help="The connection's id.", show_default=False)]
Cursor = Annotated[str | None, typer.Option("--cursor", help="Where an earlier answer stopped.")]
Who = Annotated[
    str | None, typer.Option("--by", help="Who asks for it, as the log will say; by default your login.")
]
Why = Annotated[str | None, typer.Option("--reason", help="Why, as the log will say.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Zone = Annotated[str, typer.Option("--tz", help="The time zone of times.")]


@app.command("list")
def list_connections(
    outputs: OutputsFile = None,
    stack: StackName = None,
    user: Annotated[
        str | None, typer.Option("--user", help="Of one user, ended ones too, newest first.")
    ] = None,
    status: Annotated[Status | None, typer.Option("--status", help="Of a user: only those.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most that are shown.")] = 100,
    cursor: Cursor = None,
    zone: Zone = "UTC",
    *,
    json: Json = False,
) -> None:
    """List the connections that show CONNECTED, or a user's."""
    tz = zone_named(zone)
    if status is not None and user is None:
        raise refuse("--status needs --user: without a user only connections that show CONNECTED are listed")
    whose = {"userId": user, "status": status} if user is not None else {}
    left, found = limit, []
    with manager_of(outputs, stack) as manager:
        while left:  # a page may be empty and yet not the last
            page = manager.ask(
                "list_user" if whose else "list_all",
                limit=min(left, _MOST_IN_A_PAGE),
                cursor=cursor,
                **whose,
            )
            left -= len(page["connections"])
            cursor = page.get("cursor")
            for each in page["connections"]:
                line(each) if json else found.append(each)
            if cursor is None:
                break
    if found:
        show(found, tz)
    elif left == limit:
        hints.print("There are none.")
    if cursor is not None:
        hints.print(f"There are more: add --cursor {cursor}", soft_wrap=True)


@app.command()
def get(
    connection: Id,
    outputs: OutputsFile = None,
    stack: StackName = None,
    zone: Zone = "UTC",
    *,
    json: Json = False,
) -> None:
    """Show one connection."""
    tz = zone_named(zone)
    with manager_of(outputs, stack) as manager:
        found = manager.ask("get", connectionId=connection)["connection"]
    line(found) if json else show([found], tz)


@app.command()
def send(
    outputs: OutputsFile = None,
    stack: StackName = None,
    kind: Annotated[str, typer.Option("--type", help="The type of the frame.")] = "notification",
    data: Annotated[str | None, typer.Option("--data", help="What belongs to it: a JSON object.")] = None,
    connection: Annotated[str | None, typer.Option("--connection", help="To one connection.")] = None,
    user: Annotated[str | None, typer.Option("--user", help="To a user's connections.")] = None,
    cursor: Cursor = None,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="To all connections.")] = False,
    json: Json = False,
) -> None:
    """Send a message, and say to how many connections it went. Exit code 1 if some could not be reached."""
    if sum((connection is not None, user is not None, everybody)) != 1:
        raise refuse("say to whom: one of --connection, --user and --all")
    message = data_of(kind, data)
    to = {"connectionId": connection, "userId": user, "all": everybody or None}
    with manager_of(outputs, stack) as manager:
        count(manager.pages("send", cursor, message=message, **to), json=json)


@app.command()
def disconnect(
    connection: Id,
    outputs: OutputsFile = None,
    stack: StackName = None,
    by: Who = None,
    reason: Why = None,
    *,
    json: Json = False,
) -> None:
    """Close one connection."""
    with manager_of(outputs, stack) as manager:
        answer = manager.ask("disconnect", connectionId=connection, by=by or login(), reason=reason)
    say(answer, json=json)


@app.command("disconnect-user")
def disconnect_user(
    user: Annotated[str, typer.Argument(metavar="USER", help="The user's id.", show_default=False)],
    outputs: OutputsFile = None,
    stack: StackName = None,
    by: Who = None,
    reason: Why = None,
    cursor: Cursor = None,
    *,
    json: Json = False,
) -> None:
    """Close all connections of a user. Revoke their tokens first: they open new ones until they expire."""
    with manager_of(outputs, stack) as manager:
        pages = manager.pages("disconnect_user", cursor, userId=user, by=by or login(), reason=reason)
        count(pages, json=json)


@app.command("set-status")
def set_status(
    connection: Id,
    status: Annotated[Status, typer.Argument(help="What it shows; DISCONNECTED closes it too.")],
    outputs: OutputsFile = None,
    stack: StackName = None,
    by: Who = None,
    reason: Why = None,
    *,
    json: Json = False,
) -> None:
    """Set the status that a connection shows."""
    with manager_of(outputs, stack) as manager:
        answer = manager.ask(
            "update_status", connectionId=connection, status=status, by=by or login(), reason=reason
        )
    say(answer, json=json)


@app.command()
def cleanup(
    outputs: OutputsFile = None,
    stack: StackName = None,
    idle_seconds: Annotated[
        int, typer.Option("--idle-seconds", min=0, max=86_400, help="How long they were not active.")
    ] = 3_600,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and do nothing.")] = False,
    json: Json = False,
) -> None:
    """Find out about idle connections now, rather than at the next sweep."""
    with manager_of(outputs, stack) as manager:
        say(manager.ask("cleanup", idleSeconds=idle_seconds, dryRun=dry_run), json=json)
