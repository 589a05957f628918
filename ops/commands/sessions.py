"""The command that lists a user's conversations: ``sessions``."""

from typing import Annotated

import typer

from ops.commands.manager import manager_of, zone_named
from ops.commands.output import answers, hints, line
from ops.commands.stack import OutputsFile, StackName

_MOST_IN_A_PAGE = 500


def sessions(
    user: Annotated[str, typer.Argument(help="Whose.")],
    outputs: OutputsFile = None,
    stack: StackName = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most that are shown.")] = 100,
    cursor: Annotated[str | None, typer.Option("--cursor", help="Where an earlier list stopped.")] = None,
    zone: Annotated[str, typer.Option("--tz", help="The time zone of times.")] = "UTC",
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List a user's conversations, the one that was active last first."""
    tz = zone_named(zone)
    left, found = limit, []
    with manager_of(outputs, stack) as manager:
        while left:  # a page may be empty and yet not the last
            some = min(left, _MOST_IN_A_PAGE)
            page = manager.ask("list_sessions", userId=user, limit=some, cursor=cursor)
            left -= len(page["sessions"])
            cursor = page.get("cursor")
            for each in page["sessions"]:
                line(each) if json else found.append(each)
            if cursor is None:
                break
    if found:
        from ops.commands.events import table_of_sessions

        answers.print(table_of_sessions(found, tz))
    elif left == limit:
        hints.print("There are none.")
    if cursor is not None:
        hints.print(f"There are more: add --cursor {cursor}", soft_wrap=True)
