"""What ``tail --live`` does: it shows changes as they happen to who may read the operators' channel."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from ops.commands.output import FAILED, answers, hints, line, refuse
from ops.commands.stack import deployed

Whose = tuple[str | None, str | None, str | None]
"""Of which connection, user and session; None is all."""


def follow_live(
    outputs: Path | None, stack: str | None, token: str | None, whose: Whose, zone: str, *, json: bool
) -> None:
    """Show what happens from now on, until Ctrl-C."""
    from functions.domain.times import iso
    from ops.commands.events import shown
    from ops.live.following import DeniedError, follow
    from ops.live.wording import Wanted, entry
    from ops.times import TimeError, time_zone

    wanted = Wanted(*whose)
    try:
        tz = time_zone(zone)
    except TimeError as problem:
        raise refuse(problem) from None
    with deployed(outputs, stack) as deployment:
        told = deployment.outputs
    if told.live_http_host is None or told.live_realtime_host is None:
        raise refuse("this stack tells nobody of changes as they happen: the setting live.enabled does")
    if token is None:
        raise refuse("--live needs the token of an operator: give it in the variable AIRIUM_TOKEN")

    def show(change: dict[str, Any]) -> None:
        if wanted.wants(change):
            found = entry(change, iso(int(datetime.now(UTC).timestamp() * 1000)))
            line(change) if json else answers.print(shown(found, tz), soft_wrap=True)

    try:
        follow(
            (told.live_http_host, told.live_realtime_host),
            told.aws_endpoint_url,
            token,
            show,
            lambda what: hints.print(what, style="yellow"),
        )
    except DeniedError:
        raise refuse(
            "denied: the token has expired, or is of nobody in the group that live.operatorsGroup names",
            FAILED,
        ) from None
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
