"""An environment for the tests that need the SDK of Nova 2 Sonic: a newer Python, and what is locked for it.

Found and kept as what is built for Lambda is (`infra/functions`): once for each lock and interpreter.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infra.functions.builds import build_once
from infra.functions.packaging import BUILDS, INTERPRETER_VARIABLE, ROOT

LOCK: Final = ROOT / "tests" / "nova" / "requirements.txt"
VERSIONS: Final = ((3, 13), (3, 14), (3, 12))
"""Those that the SDK runs on, the one of Lambda first."""


class NoInterpreterError(Exception):
    """This machine has no Python that the SDK runs on."""


def environment() -> Path:
    """Return the Python of an environment with all that is locked, making it if need be.

    Raises
    ------
    NoInterpreterError
        If there is none that is new enough.
    """
    interpreter = _interpreter()
    parts = (
        LOCK.read_bytes(),
        interpreter.encode(),
        platform.machine().encode(),
        Path(__file__).read_bytes(),
    )
    name = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]

    def make(folder: Path) -> None:
        # its scripts name the folder in which it was made, and it is moved: only its Python is used
        _run(interpreter, "-m", "venv", "--copies", str(folder / "venv"))
        python = str(folder / "venv" / "bin" / "python")
        options = (
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "--only-binary=:all:",
            "--no-deps",
        )
        _run(python, "-m", "pip", "install", *options, "--requirement", str(LOCK))

    return build_once(BUILDS / f"nova-tests-{name}", make) / "venv" / "bin" / "python"


def main() -> None:
    """Make it, or say why it cannot be made."""
    try:
        sys.stdout.write(f"{environment()}\n")
    except NoInterpreterError as missing:
        sys.stdout.write(f"Nova 2 Sonic is not tested: {missing}\n")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


def _interpreter() -> str:
    for candidate in _candidates():
        probe = subprocess.run(
            [candidate, "-c", "import sys; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if probe.returncode == 0 and tuple(map(int, probe.stdout.split())) in VERSIONS:
            return candidate
    known = ", ".join("{}.{}".format(*each) for each in VERSIONS)
    raise NoInterpreterError(f"no Python of {known} in {INTERPRETER_VARIABLE}, on PATH or under pyenv")


def _candidates() -> Iterator[str]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from filter(None, [os.environ.get(INTERPRETER_VARIABLE), sys.executable])
    for version in ("{}.{}".format(*each) for each in VERSIONS):
        yield from filter(None, [shutil.which(f"python{version}")])
        yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True))


if __name__ == "__main__":
    main()
