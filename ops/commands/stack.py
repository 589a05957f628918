"""Which stack a command works on, and what keeps it from that, said in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.commands.output import refuse

if TYPE_CHECKING:
    from ops.deployment import Deployment

OutputsFile = Annotated[
    Path | None,
    typer.Option(
        "--outputs",
        help="The stack's outputs, as `pulumi stack output --json` writes them. "
        "By default those of the embedded AWS that `make up` started.",
        show_default=False,
    ),
]
StackName = Annotated[
    str | None,
    typer.Option(
        "--stack",
        help="The stack's name: `pulumi stack output` is asked for its outputs.",
        show_default=False,
    ),
]


@contextmanager
def deployed(outputs: Path | None, stack: str | None) -> Iterator["Deployment"]:
    """Give the deployment that the options name, and end the command if it cannot be worked on."""
    from botocore.exceptions import BotoCoreError, ClientError

    from functions.domain.refusals import Unavailable
    from ops import deployment as found

    if outputs is not None and stack is not None:
        raise refuse("give --outputs or --stack, not both")
    try:
        read = found.outputs_of(stack) if stack is not None else found.read_outputs(outputs or found.LOCAL)
    except found.OutputsError as problem:
        raise refuse(problem) from None
    try:
        yield found.Deployment(read)
    except Unavailable as problem:
        raise refuse(f"the tables do not answer in time: {problem.problem}") from None
    except (BotoCoreError, ClientError) as problem:
        where = read.aws_endpoint_url or f"AWS in {read.region}"
        raise refuse(f"the stack cannot be worked on at {where}: {problem}") from None
