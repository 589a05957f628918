"""What people type, and what they are told."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local import emulator, follow, stackfile, status, up
from local.errors import LocalError
from local.state import DEFAULT, StateDir

app = typer.Typer(
    help="The embedded AWS: the backend in an emulator on this machine, without an account.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
_console = Console(highlight=False, soft_wrap=True)
_State = Annotated[Path, typer.Option("--state", help="Folder for its files.", show_default=".local")]


def main() -> None:
    """Run a command; what is in the way is one line and exit code 1, Ctrl-C is no error."""
    try:
        app(standalone_mode=False)
    except LocalError as error:
        raise SystemExit(f"error: {error}") from None
    except typer.Abort:
        raise SystemExit(0) from None
    except typer.Exit as exit_:
        raise SystemExit(exit_.exit_code) from None
    except typer.TyperException as error:
        raise SystemExit(f"error: {error.format_message()}") from None


@app.command("up")
def up_(
    *,
    port: Annotated[
        int | None,
        typer.Option(help="Port on loopback; by default that of Pulumi.local.yaml.", min=1, max=65535),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return once it is ready.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the state from one run to the next.")] = False,
    state: _State = DEFAULT,
) -> None:
    """Start the emulator and deploy the program; if it is up, deploy what has changed."""
    folder = StateDir(state)
    interrupted = False
    try:
        result = up.up(folder, port, stackfile.read().port, keep=keep)
        _console.print(status.welcome(result))
        if detach or result.was_up:
            return
        _console.print("Ctrl-C stops it.\n")
        follow.follow(folder, result, _console)
    except KeyboardInterrupt:
        interrupted = True
    if interrupted:
        # A second Ctrl-C must not leave a process behind.
        with emulator.uninterrupted():
            up.down(folder)
        _console.print("\nStopped.")


@app.command()
def down(*, state: _State = DEFAULT) -> None:
    """Stop the emulator."""
    stopped = up.down(StateDir(state))
    _console.print("It was not up." if stopped is None else f"Stopped (it was on port {stopped.port}).")


@app.command("status")
def status_(*, state: _State = DEFAULT) -> None:
    """Tell whether it is up, since when, and what is in it; exit code 1 if it is not."""
    found = status.look(StateDir(state))
    _console.print(*status.shown(found), sep="\n")
    if not found.up:
        raise typer.Exit(1)
