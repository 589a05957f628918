"""``python -m tests.nova.newer``: makes the environment for the tests that need the SDK of Nova 2 Sonic.

It is of the Python that compiles for Lambda, found as that is, and made once for each lock and interpreter.
"""

import hashlib
import platform
import subprocess
import sys
from pathlib import Path
from typing import Final

from infra.functions.builds import build_once
from infra.functions.interpreters import PackagingError, lambda_interpreter
from infra.functions.packaging import BUILDS, ROOT

LOCK: Final = ROOT / "tests" / "nova" / "requirements.txt"


def environment() -> Path:
    """Return the Python of an environment with all that is locked, making it if need be.

    Raises
    ------
    PackagingError
        If this machine has no Python of Lambda's version.
    """
    interpreter = lambda_interpreter()
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
        options = ("--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "--no-deps")
        _run(python, "-m", "pip", "install", "--quiet", *options, "--requirement", str(LOCK))

    return build_once(BUILDS / f"nova-tests-{name}", make) / "venv" / "bin" / "python"


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr or done.stdout)


def main() -> None:
    """Make it, or say why it cannot be made."""
    try:
        sys.stdout.write(f"{environment()}\n")
    except PackagingError as missing:
        sys.stdout.write(f"Nova 2 Sonic is not tested: {missing}\n")


if __name__ == "__main__":
    main()
