"""Finds the interpreter that compiles for Lambda."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pulumi

LAMBDA_PYTHON = (3, 13)
INTERPRETER_VARIABLE = "LAMBDA_PYTHON"
"""Names the interpreter that compiles for Lambda, where it is not found by itself."""


class PackagingError(pulumi.RunError):
    """A layer cannot be built; the message says what is missing."""


def lambda_interpreter() -> str:
    """Return the interpreter; raises `PackagingError`, saying where it was looked for."""
    version = "{}.{}".format(*LAMBDA_PYTHON)
    for candidate in _candidates():
        probe = subprocess.run(  # noqa: S603 - candidates come from the operator's own machine
            [candidate, "-c", "import sys; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if probe.returncode == 0 and probe.stdout.split() == version.split("."):
            return candidate
    raise PackagingError(
        f"Functions run on Python {version}, so the layer must be compiled by a python{version}: none was "
        f"found in {INTERPRETER_VARIABLE}, on PATH or under pyenv. Install one, or name it in "
        f"{INTERPRETER_VARIABLE}."
    )


def _candidates() -> Iterator[str]:
    """List what may be the interpreter: only what the variable names, if it is set."""
    version = ".".join(map(str, LAMBDA_PYTHON))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    from_variable = os.environ.get(INTERPRETER_VARIABLE)
    installed = [
        shutil.which(f"python{version}"),
        *map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)),
        sys.executable,
    ]
    for candidate in [from_variable] if from_variable else installed:
        if candidate and Path(candidate).is_file():
            yield candidate
