"""The operators' command line: ``python -m ops``."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from functions.domain.refusals import Unavailable
from ops import report
from ops.deployment import LOCAL, Deployment, OutputsError, read_outputs
from ops.failures.redrive import redrive
from ops.read_models.rebuild import RebuildFailedError, rebuild
from ops.read_models.verify import RebuildUnderWayError, verify
from ops.terminal import Terminal

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Terminal()
errors = Terminal(stderr=True)

OutputsFile = Annotated[
    Path, typer.Option("--outputs", help="The stack's outputs, as `pulumi stack output --json` writes them.")
]


@app.callback()
def main() -> None:
    """Work on a deployed backend: by default on the embedded AWS that `make up` started."""


@app.command("rebuild")
def rebuild_command(outputs: OutputsFile = LOCAL) -> None:
    """Rebuild the read models from the log, beside live traffic; an interrupted one goes on where it was."""
    deployment = _deployment(outputs)
    with _reaching(deployment), _progress() as progress:
        try:
            rebuilt = rebuild(deployment, partial(_advance, progress))
        except RebuildFailedError as problem:
            errors.print(f"{problem}; run `python -m ops rebuild` again to go on", style="red")
            raise typer.Exit(1) from None
    console.print(report.of_rebuild(rebuilt))


@app.command("redrive")
def redrive_command(
    outputs: OutputsFile = LOCAL,
    dry_run: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")
    ] = False,
    accept_by_time: Annotated[  # noqa: FBT002 - likewise
        bool, typer.Option("--accept-by-time", help="Be done with messages that the stream has no more of.")
    ] = False,
) -> None:
    """Project what the projector gave up, and empty its failure queue of what is done with."""
    deployment = _deployment(outputs)
    with _reaching(deployment), _progress() as progress:
        redriven = redrive(
            deployment, partial(_advance, progress), dry_run=dry_run, accept_by_time=accept_by_time
        )
    console.print(*report.of_redrive(redriven, dry_run=dry_run), sep="\n")
    for line in report.left_in_queue(redriven):
        errors.print(line, style="red", soft_wrap=True)  # whole, however long
    raise typer.Exit(1 if redriven.left else 0)


@app.command("verify")
def verify_command(
    outputs: OutputsFile = LOCAL,
    at_rest: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool, typer.Option("--at-rest", help="Nothing is being written: compare the latest minutes too.")
    ] = False,
) -> None:
    """Compare the read models with the fold of the log, and the counters with a recount."""
    deployment = _deployment(outputs)
    with _reaching(deployment), _progress() as progress:
        try:
            verified = verify(deployment, partial(_advance, progress), at_rest=at_rest)
        except RebuildUnderWayError as problem:
            errors.print(str(problem), style="red")
            raise typer.Exit(2) from None
    console.print(*report.of_verify(verified), sep="\n")
    raise typer.Exit(1 if verified.differences else 0)


def _deployment(outputs: Path) -> Deployment:
    try:
        return Deployment(read_outputs(outputs))
    except OutputsError as problem:
        errors.print(str(problem), style="red")
        raise typer.Exit(2) from None


@contextmanager
def _reaching(deployment: Deployment) -> Iterator[None]:
    """Say in one line what keeps the tables or the queue from being read or written."""
    try:
        yield
    except Unavailable as problem:
        errors.print(f"the tables do not answer in time: {problem.problem}", style="red")
    except (BotoCoreError, ClientError) as problem:
        where = deployment.outputs.aws_endpoint_url or f"AWS in {deployment.outputs.region}"
        errors.print(f"the tables and the queue cannot be worked on at {where}: {problem}", style="red")
    else:
        return
    raise typer.Exit(2)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=errors, transient=True)


def _advance(progress: Progress, what: str, count: int) -> None:
    task = next((task.id for task in progress.tasks if task.description == what), None)
    progress.advance(progress.add_task(what, total=None) if task is None else task, count)


if __name__ == "__main__":
    app()
