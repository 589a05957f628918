"""The command that looks at a deployed stack: ``doctor``."""

from typing import Annotated

import typer

from ops.commands.output import FAILED, answers, line
from ops.commands.stack import OutputsFile, StackName, deployed


def doctor(
    outputs: OutputsFile = None,
    stack: StackName = None,
    listen: Annotated[
        float, typer.Option("--listen", min=0, max=600, help="Seconds to follow the log, for its delay.")
    ] = 5,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for each finding.")] = False,
) -> None:
    """Look at a deployed stack, and say what to do about what is wrong. Exit code 1 if something is."""
    from ops.doctor.examination import examine
    from ops.doctor.findings import BAD, Verdict

    looks = {Verdict.FINE: "green", Verdict.NOTE: "cyan", Verdict.WRONG: "red", Verdict.UNKNOWN: "yellow"}
    bad = 0
    with deployed(outputs, stack) as deployment:
        for each in examine(deployment, listen_seconds=listen):
            bad += each.verdict in BAD
            if json:
                line(each)
                continue
            answers.print(
                f"{each.verdict:<8}{each.check:<12} {each.what}", style=looks[each.verdict], soft_wrap=True
            )
            if each.fix is not None:
                answers.print(f"{'':<21}{each.fix}", soft_wrap=True)
    raise typer.Exit(FAILED if bad else 0)
