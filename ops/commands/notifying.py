"""The commands that send what arrives, and show up to where it did: ``notify`` and ``receipts``."""

from typing import TYPE_CHECKING, Annotated

import typer

from ops.commands.manager import data_of, manager_of, say
from ops.commands.output import answers, line, refuse
from ops.commands.stack import OutputsFile, StackName

if TYPE_CHECKING:
    from typing import Any

User = Annotated[str | None, typer.Option("--user", help="The feed of a user.")]
Session = Annotated[str | None, typer.Option("--session", help="The feed of a session.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def notify(
    outputs: OutputsFile = None,
    stack: StackName = None,
    user: User = None,
    session: Session = None,
    kind: Annotated[str, typer.Option("--type", help="The service's word for it.")] = "notification",
    data: Annotated[str | None, typer.Option("--data", help="What belongs to it: a JSON object.")] = None,
    unique: Annotated[
        str | None, typer.Option("--id", help="Under which it is sent once in 24 hours, however often asked.")
    ] = None,
    expires_at: Annotated[
        str | None, typer.Option("--expires-at", help="Until when it is shown: 2026-11-24T18:00:00Z.")
    ] = None,
    *,
    receipt: Annotated[bool, typer.Option("--receipt", help="Have clients acknowledge it.")] = False,
    json: Json = False,
) -> None:
    """Send something to a user or a session that is kept for who is away, and say its id and number."""
    message = data_of(kind, data)
    with manager_of(outputs, stack) as manager:
        answer = manager.ask(
            "send",
            message=message,
            id=unique,
            expiresAt=expires_at,
            receipt=receipt,
            **_feed(user, session),
        )
    say(answer, json=json)


def receipts(
    outputs: OutputsFile = None,
    stack: StackName = None,
    user: User = None,
    session: Session = None,
    *,
    json: Json = False,
) -> None:
    """Show up to where a feed was acknowledged, by the greatest number of all screens of a user."""
    with manager_of(outputs, stack) as manager:
        shown = manager.ask("receipts", **_feed(user, session))
    if json:
        line(shown)
        return
    answers.print(f"the last number is {shown['position']['seq']}")
    for each in shown["receipts"]:
        answers.print(f"{each['userId']} has all up to {each['seq']}, since {each['at']}")


def _feed(user: str | None, session: str | None) -> "dict[str, Any]":
    """Return whose feed it is, and end the command unless one is named."""
    if (user is None) == (session is None):
        raise refuse("say whose feed: one of --user and --session")
    if user is not None:
        return {"feed": "user", "userId": user}
    return {"feed": "session", "sessionId": session}
