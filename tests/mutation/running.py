"""Runs tests on a changed module, in a process of its own that has imported the slow libraries already."""

import importlib
import io
import logging
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import CodeType
from typing import Final

import pytest

_OPTIONS: Final = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "--timeout=60")
_PROCESSES: Final = get_context("fork")
_GRACE_SECONDS: Final = 30
_BROKEN: Final = 99
"""How a run ends that did not come as far as to pytest's end."""
_UNCLEAR: Final = (_BROKEN, pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)
"""How pytest ends if a test is not there, and also if a conftest cannot be imported."""


def preload(modules: Iterable[str]) -> None:
    """Import what every run would: none of the project's own, and no plugin, which pytest itself imports."""
    for name in modules:
        importlib.import_module(name)


def noticed(module: str, path: Path, source: str, rounds: Sequence[Sequence[str]], seconds: float) -> bool:
    """Tell whether a test fails, or does not end in time, where a module has another source.

    Parameters
    ----------
    module, path
        The module's name, and its file, which stays as it is.
    source
        What is imported in its place.
    rounds
        The tests: the next are run if those before them noticed nothing.
    seconds
        How long a round may take.

    Raises
    ------
    RuntimeError
        If there are no such tests.
    """
    return any(_fails(module, path, source, tests, seconds) for tests in rounds)


def _fails(module: str, path: Path, source: str, tests: Sequence[str], seconds: float) -> bool:
    code = _exit_code(module, path, source, tests, seconds)
    if code in _UNCLEAR and _exit_code(module, path, path.read_text(), tests, seconds) == code:
        raise RuntimeError(f"pytest cannot be asked about {path}: it ends with {code} whatever is changed")
    return code != pytest.ExitCode.OK


def _exit_code(module: str, path: Path, source: str, tests: Sequence[str], seconds: float) -> int | None:
    """Return how pytest ended, None if it did not end in time."""
    process = _PROCESSES.Process(target=_run, args=(module, path, source, tests))
    process.start()
    process.join(seconds)
    if process.is_alive():
        _end(process)
        return None
    return process.exitcode


def _end(process: BaseProcess) -> None:
    """End it as Ctrl-C does, so that what a fixture has started ends with it."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGINT)
    process.join(_GRACE_SECONDS)
    if process.is_alive():
        os.killpg(process.pid, signal.SIGKILL)
        process.join()


def _run(module: str, path: Path, source: str, tests: Sequence[str]) -> None:
    os.setsid()
    logging.disable(logging.NOTSET)
    sys.meta_path.insert(0, _Changed(module, path, compile(source, str(path), "exec")))
    words = io.StringIO()
    code = _BROKEN
    try:
        with redirect_stdout(words), redirect_stderr(words):
            code = pytest.main([*_OPTIONS, *tests])
    finally:
        os._exit(code)


class _Changed(SourceFileLoader):
    """Finds one module, and gives other code in its place; `__file__` stays what it is."""

    def __init__(self, module: str, path: Path, code: CodeType) -> None:
        super().__init__(module, str(path))
        self._code = code

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Return the spec of the changed module alone."""
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader's protocol
        """Return the changed code, never what is cached of the file."""
        return self._code
