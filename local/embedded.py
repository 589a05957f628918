"""The embedded AWS as a library: start it, deploy the program into it, stop it."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pulumi

from local import emulator, outputs, program, sockets, stackfile
from local.cloud import Cloud
from local.deployer import Deployer
from local.errors import LocalError
from local.interrupts import NO_SIGNALS, Signals, uninterrupted
from local.outputs import Outputs
from local.prune import prune
from local.stackfile import NOTHING, PROJECT, ROOT, STACK
from local.state import Running, StateDir


@contextmanager
def running(
    state_dir: Path | None = None,
    root: Path = ROOT,
    config: Mapping[str, str] = NOTHING,
) -> Iterator[Outputs]:
    """An embedded AWS on a free port of loopback for as long as the block lasts; several can be up at once.

    It ends with this process too, however this one ends.

    Parameters
    ----------
    state_dir : Path, optional
        Where its files go; a temporary folder by default.
    root : Path
        The folder of the program.
    config : mapping
        Values that go before those of the stack file, such as ``{"airium-realtime:identity": "cognito"}``.

    Yields
    ------
    Outputs
        Of the program, deployed.

    Raises
    ------
    LocalError
        If it cannot be started or the program cannot be deployed.
    """
    with tempfile.TemporaryDirectory(prefix="airium-", ignore_cleanup_errors=True) as temporary:
        state = StateDir(state_dir or Path(temporary))
        process = begin(state, emulator.free_port(), root)
        try:
            yield deploy(state, process, root, restarted=True, config=config)
        finally:
            with uninterrupted():
                end(state, process)


def begin(
    state: StateDir, port: int, root: Path = ROOT, *, keep: bool = False, signals: Signals = NO_SIGNALS
) -> Running:
    """Start the emulator; without ``keep``, from nothing."""
    emulator.require_free(port)  # before anything that was kept is forgotten
    if not keep:
        state.forget_everything()
    return emulator.start(state, port, stackfile.read(root).region, keep=keep, signals=signals)


def deploy(
    state: StateDir,
    process: Running,
    root: Path = ROOT,
    *,
    restarted: bool,
    config: Mapping[str, str] = NOTHING,
    signals: Signals = NO_SIGNALS,
) -> Outputs:
    """Run the program against the emulator, and remove what it has no more.

    Parameters
    ----------
    restarted : bool
        Whether the emulator has just been started.
    config : mapping
        Values that go before those of the stack file.
    signals : Signals
        What ends it early, by a KeyboardInterrupt.

    Raises
    ------
    LocalError
        Naming the resource that could not be created, or the setting that is wrong.
    """
    stack = stackfile.read(root)
    # Each request is sent once: a lost answer must not go unnoticed, see `local.answers`.
    cloud = Cloud(process.endpoint, stack.region, restarted=restarted, attempts=1)
    deployer = Deployer(cloud, root)
    chosen = stack.at(process.endpoint, config)
    try:
        exported = program.evaluate(root, deployer, chosen, project=PROJECT, stack=STACK, signals=signals)
    except pulumi.RunError as error:
        raise LocalError(str(error)) from None
    except Exception:
        # What the program raises because a resource failed says less than the failure itself.
        if deployer.error is not None:
            raise deployer.error from None
        raise
    finally:
        _note(state, deployer)
    if deployer.error is not None:
        raise deployer.error
    prune(cloud, state.deployed(), deployer.deployed)
    state.note_deployed(deployer.deployed)
    result = outputs.parse({"region": stack.region, **exported, "aws_endpoint_url": process.endpoint})
    outputs.write(state.outputs, result)
    return result


def end(state: StateDir, process: Running) -> None:
    """Close the sockets, then stop the emulator."""
    deployed = outputs.load(state.outputs)
    if deployed is not None and emulator.alive(process):
        sockets.close_all(Cloud(process.endpoint, deployed.region), deployed)
    emulator.stop(state, process)


def _note(state: StateDir, deployer: Deployer) -> None:
    """Note what is there, also if the deployment stops half-way: the next one removes the surplus."""
    before = state.deployed()
    known = set(before)
    state.note_deployed([*before, *(each for each in deployer.deployed if each not in known)])
