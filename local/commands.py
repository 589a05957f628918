"""What people type, and what they are told."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from infra.settings.identity import IdentityMode
from local import follow, logs, outputs, people, processes, stackfile, status, up
from local.chat import entering
from local.demo import run
from local.errors import LocalError
from local.interrupts import Signals, as_ctrl_c
from local.state import DEFAULT, StateDir
from local.voice import entering as voice_entering
from ops.terminal import Terminal, printable

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
_INTERRUPTED = 130
"""What typer makes of Ctrl-C."""
_console = Terminal(soft_wrap=True)
_State = Annotated[Path, typer.Option("--state", help="Folder for its files.", show_default=".local")]


def main(signals: Signals) -> None:
    """Run a command; a problem is told in one line, with exit code 1. Ctrl-C is not an error.

    Parameters
    ----------
    signals : Signals
        Those that come to end this process.
    """
    try:
        code = app(standalone_mode=False, obj=signals)
    except LocalError as error:
        raise SystemExit(refused(str(error))) from None
    except typer.TyperException as error:
        raise SystemExit(refused(error.format_message())) from None
    if code == _INTERRUPTED:
        _console.print("", "Stopped.", sep="\n")
        processes.end_children()
        # Not SystemExit: that would wait for the threads of a deployment that nobody wants any more.
        sys.stdout.flush()
        os._exit(0)
    raise SystemExit(code)


def refused(words: str) -> str:
    """Return the problem as text: one line, but a line for each setting that is refused."""
    return "\n".join(map(printable, f"error: {words}".splitlines()))


@app.callback()
def obey(context: typer.Context) -> None:
    """The embedded AWS: the backend in an emulator on this machine, without an account."""
    if context.invoked_subcommand != "up":
        as_ctrl_c(context.ensure_object(Signals))


@app.command("up")
def up_(
    context: typer.Context,
    *,
    port: Annotated[
        int | None,
        typer.Option(help="Port on loopback; by default that of Pulumi.local.yaml.", min=1, max=65535),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return once it is ready.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the state from one run to the next.")] = False,
    identity: Annotated[
        IdentityMode | None,
        typer.Option(help="How clients say who they are; by default as Pulumi.local.yaml has it."),
    ] = None,
    state: _State = DEFAULT,
) -> None:
    """Start the emulator and deploy the program; if it is up, deploy what has changed."""
    folder = StateDir(state)
    # They are only noted: neither a second Ctrl-C nor one at an unlucky moment may leave a process behind.
    signals = context.ensure_object(Signals)
    try:
        result = up.up(folder, port, stackfile.read().port, keep=keep, identity=identity, signals=signals)
        _console.print(*status.welcome(result), sep="\n")
        if detach or result.was_up:
            return
        _console.print("Ctrl-C stops it.", "", sep="\n")
        follow.follow(folder, result, _console)
    except BaseException:
        up.abandon(folder)
        raise


@app.command()
def down(*, state: _State = DEFAULT) -> None:
    """Stop the emulator."""
    stopped = up.down(StateDir(state))
    _console.print("It was not up." if stopped is None else f"Stopped (it was on port {stopped.port}).")


@app.command("status")
def status_(*, state: _State = DEFAULT) -> None:
    """Tell whether it is up, since when, and what is in it; exit code 1 if it is not."""
    report = status.look(StateDir(state))
    _console.print(*status.shown(report), sep="\n")
    if not report.up:
        raise typer.Exit(1)


@app.command("logs")
def logs_(
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")] = False,
    identifier: Annotated[
        str | None,
        typer.Option(
            "--id", help="Only invocations with this in a line: a correlation id, or a connection's."
        ),
    ] = None,
    state: _State = DEFAULT,
) -> None:
    """Print what the functions have logged; exit code 1 if there is nothing."""
    if not logs.show(StateDir(state), _console, wanted=identifier, follow=follow):
        typer.echo(f"Nothing has been logged{' with that id' if identifier else ''}.", err=True)
        raise typer.Exit(1)


@app.command()
def token(
    email: Annotated[str, typer.Argument(help="The user's name, an address; a new one is a new user.")],
    *,
    group: Annotated[
        str | None,
        typer.Option(help="A group that they are in from now on: operators, for `ops tail --live`."),
    ] = None,
    state: _State = DEFAULT,
) -> None:
    """Print an access token of a user, for `up --identity cognito`."""
    folder = StateDir(state)
    deployed = outputs.load(folder.outputs)
    if up.living(folder) is None or deployed is None:
        raise LocalError("it is not up: `make up IDENTITY=cognito` starts it")
    typer.echo(people.sign_in(deployed, email, group).access_token)


@app.command("chat")
def chat_(
    *,
    session: Annotated[
        str | None, typer.Option(help="The conversation to go on with, on a second screen too.")
    ] = None,
    user: Annotated[str, typer.Option("--as", help="Who you are; a new name is a new user.")] = "ada",
    state: _State = DEFAULT,
) -> None:
    """Chat with the backend that is up: lines that are typed, or that come through a pipe."""
    entering.chat(StateDir(state), user, session, _console)


@app.command("voice")
def voice_(
    *,
    file: Annotated[
        Path | None, typer.Option(help="A WAV that is said; by default the microphone is heard.")
    ] = None,
    answer: Annotated[Path, typer.Option("--answer", help="Where the answer to a file is saved.")] = Path(
        "answer.wav"
    ),
    session: Annotated[
        str | None, typer.Option(help="The conversation to speak in, a written one too.")
    ] = None,
    user: Annotated[str, typer.Option("--as", help="Who you are; a new name is a new user.")] = "ada",
    name: Annotated[str | None, typer.Option("--voice", help="Who shall answer.")] = None,
    state: _State = DEFAULT,
) -> None:
    """Talk to the backend that is up: by a file, whose answer is saved, or by the microphone."""
    spoken = voice_entering.Spoken(file, answer, name)
    voice_entering.voice(StateDir(state), user, session, spoken, _console)


@app.command("demo")
def demo_(*, state: _State = DEFAULT) -> None:
    """Play a session with a real client and prove what it left; exit code 1 if anything is not right."""
    with up.somewhere(StateDir(state)) as file:
        right = run.demo(file, _console)
    raise typer.Exit(0 if right else 1)
