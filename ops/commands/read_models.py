"""The commands that prove and mend the read models: ``verify``, ``rebuild``, ``redrive``."""

import time
from functools import partial
from typing import Annotated

import typer

from ops.commands.output import FAILED, advance, answers, hints, progress, refuse
from ops.commands.stack import OutputsFile, StackName, deployed


def rebuild(outputs: OutputsFile = None, stack: StackName = None) -> None:
    """Rebuild the read models from the log, beside live traffic; an interrupted one goes on where it was."""
    from ops.commands import report
    from ops.read_models.rebuild import RebuildFailedError, rebuild

    with deployed(outputs, stack) as deployment, progress() as shown:
        try:
            rebuilt = rebuild(deployment, partial(advance, shown))
        except RebuildFailedError as problem:
            raise refuse(f"{problem}; run `python -m ops rebuild` again to go on", FAILED) from None
    answers.print(report.of_rebuild(rebuilt))


def redrive(
    outputs: OutputsFile = None,
    stack: StackName = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")
    ] = False,
    accept_by_time: Annotated[
        bool, typer.Option("--accept-by-time", help="Be done with messages that the stream has no more of.")
    ] = False,
) -> None:
    """Project what the projector gave up, and put back what the delivery queue put aside, if there is one."""
    from ops.commands import report
    from ops.failures.deliveries import redrive_deliveries
    from ops.failures.redrive import redrive

    with deployed(outputs, stack) as deployment, progress() as shown:
        advanced = partial(advance, shown)
        redriven = redrive(deployment, advanced, dry_run=dry_run, accept_by_time=accept_by_time)
        redelivered = redrive_deliveries(deployment, advanced, dry_run=dry_run)
    answers.print(*report.of_redrive(redriven, dry_run=dry_run), sep="\n")
    for told in report.of_deliveries(redelivered, dry_run=dry_run):
        answers.print(told)
    for left in (*report.left_in_queue(redriven), *report.left_aside(redelivered)):
        hints.print(left, style="red", soft_wrap=True)  # whole, however long
    raise typer.Exit(FAILED if redriven.left or redelivered.left else 0)


def verify(
    outputs: OutputsFile = None,
    stack: StackName = None,
    *,
    at_rest: Annotated[
        bool, typer.Option("--at-rest", help="Nothing is being written: compare the latest minutes too.")
    ] = False,
) -> None:
    """Compare the read models and the feeds with the log, and the counters with a recount."""
    from ops.commands import report
    from ops.feeds.comparing import compare_feeds
    from ops.read_models.verify import RebuildUnderWayError, verify

    with deployed(outputs, stack) as deployment, progress() as shown:
        try:
            verified = verify(deployment, partial(advance, shown), at_rest=at_rest)
        except RebuildUnderWayError as problem:
            raise refuse(problem) from None
        feeds = (
            compare_feeds(deployment, time.time(), at_rest=at_rest)
            if deployment.outputs.feeds_table
            else None
        )
    answers.print(*report.of_verify(verified), sep="\n")
    if feeds is not None:
        answers.print(*report.of_feeds(feeds), sep="\n")
    raise typer.Exit(FAILED if verified.differences or (feeds and feeds.differences) else 0)
