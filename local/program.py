"""Run the unmodified Pulumi program in this process and give its outputs."""

import asyncio
import contextvars
import os
import runpy
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import Mocks, set_all_config, set_mocks
from pulumi.runtime.settings import SETTINGS, get_root_resource
from pulumi.runtime.stack import run_pulumi_func

from local.interrupts import NO_SIGNALS, Signals, await_result

_REST_SECONDS = 5.0


def evaluate(
    root: Path,
    mocks: Mocks,
    config: Mapping[str, str],
    *,
    project: str,
    stack: str,
    signals: Signals = NO_SIGNALS,
) -> dict[str, Any]:
    """Run ``__main__.py`` of ``root`` under ``mocks``.

    Every run has a thread and a context of its own: several stacks can be evaluated in one process, a
    caller may have an event loop running, and Ctrl-C reaches the caller and not the SDK's loop, which
    would wait for its threads for ever. A run that is left alone so ends with the process.

    Parameters
    ----------
    root : Path
        The folder of the program.
    mocks : pulumi.runtime.Mocks
        What answers for the engine.
    config : mapping
        The stack's configuration: full keys, values as text.
    signals : Signals
        What ends it early, by a KeyboardInterrupt.

    Returns
    -------
    dict
        The program's outputs, resolved.
    """
    context = contextvars.Context()
    return await_result(lambda: context.run(_evaluate, root, mocks, config, project, stack), signals)


def _evaluate(
    root: Path, mocks: Mocks, config: Mapping[str, str], project: str, stack: str
) -> dict[str, Any]:
    # The loop comes first: the SDK binds what it makes in set_mocks to the current one.
    loops = _Loops()
    loop = loops.add()
    loop.set_default_executor(ThreadPoolExecutor(initializer=loops.add))
    before = Path.cwd()
    try:
        os.chdir(root)
        set_all_config(dict(config))
        set_mocks(mocks, project=project, stack=stack, preview=False)
        return loop.run_until_complete(_outputs(root / "__main__.py"))
    finally:
        os.chdir(before)
        loop.run_until_complete(_abandon_the_rest())
        loop.run_until_complete(loop.shutdown_default_executor())
        loops.close()


async def _abandon_the_rest() -> None:
    """End what a failed resource leaves waiting; nobody is there any more to hear of its errors."""
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    SETTINGS.outputs.clear()  # the SDK would await them in the next run, whose loop is another
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    if rest:
        await asyncio.wait(rest, timeout=_REST_SECONDS)


class _Loops:
    """The event loops of all threads: the mock monitor makes one in each and would leave it open."""

    def __init__(self) -> None:
        self._made: list[asyncio.AbstractEventLoop] = []

    def add(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        self._made.append(loop)
        return loop

    def close(self) -> None:
        for loop in self._made:
            loop.close()
        asyncio.set_event_loop(None)


async def _outputs(program: Path) -> dict[str, Any]:
    def run() -> None:
        sys.path.insert(0, str(program.parent))
        try:
            runpy.run_path(str(program), run_name="__main__")
        finally:
            sys.path.remove(str(program.parent))

    await run_pulumi_func(run)
    stack = get_root_resource()
    outputs = await pulumi.Output.all(**getattr(stack, "outputs", {})).future()
    return dict(outputs or {})
