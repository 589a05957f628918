"""Builds layers of dependencies: from a lock alone, equal byte for byte, once for each lock."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.functions import endpoints
from infra.functions.builds import build_once
from infra.functions.interpreters import LAMBDA_PYTHON, PackagingError, lambda_interpreter
from infra.functions.locks import DEPENDENCIES, Lock
from infra.settings.settings import LayerTarget

ROOT = Path(__file__).parents[2]
BUILDS = ROOT / ".build"

SERVICES = ("apigatewaymanagementapi", "dynamodb")
"""The services whose models botocore must find; all of them would be 20 MB more to load from."""
BOTOCORE_TABLES = ("_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json")
"""What botocore reads whatever the service is."""

ZIP_EPOCH = 315_532_800
"""1980-01-01, the first time that a zip file can hold."""


@dataclass(frozen=True, slots=True)
class _Recipe:
    """
    What differs by target.

    Parameters
    ----------
    platform_options
        What tells pip to install for another platform than its own.
    compiled_for
        What the compiled files and the wheels depend on.
    python
        The version that runs it.
    """

    platform_options: tuple[str, ...]
    compiled_for: str
    python: tuple[int, int]


_ARM64 = _Recipe(
    (
        # what the libraries of Amazon Linux 2023 (glibc 2.34) can load
        *(f"--platform={tag}_aarch64" for tag in ("manylinux_2_28", "manylinux_2_17", "manylinux2014")),
        "--python-version={}.{}".format(*LAMBDA_PYTHON),
        "--implementation=cp",
    ),
    "arm64-cpython-{}{}".format(*LAMBDA_PYTHON),
    LAMBDA_PYTHON,
)
_HOST = _Recipe(
    (), f"{sys.platform}-{platform.machine()}-{sys.implementation.cache_tag}", sys.version_info[:2]
)


def build_layer(target: LayerTarget, lock: Lock = DEPENDENCIES, *, builds: Path = BUILDS) -> Path:
    """
    Give the folder of a layer, building it unless this lock was built for this target before.

    Parameters
    ----------
    target
        What it is for.
    lock
        What it is built of.
    builds
        Where builds are kept.

    Returns
    -------
    Path
        A folder that holds ``python/``, as a layer does.

    Raises
    ------
    infra.functions.interpreters.PackagingError
        If there is no interpreter to compile with, this one is too old for what is built for it, or pip could
        not install the lock.
    """
    recipe = _recipe(target)
    if recipe.python < lock.oldest:
        raise PackagingError(
            "The layer {} needs Python {}.{} or later, and is to be built for {}.{}, which evaluates the "
            "program.".format(lock.name, *lock.oldest, *recipe.python)
        )
    name = f"layer-{lock.name}-{target.value}-{fingerprint(lock, recipe.compiled_for)}"

    def make(layer: Path) -> None:
        # before pip is asked: what cannot be compiled need not be installed
        interpreter = lambda_interpreter() if target is LayerTarget.ARM64 else sys.executable
        run(install_command(target, lock.path, layer / "python"), "installed")
        _prune(layer / "python", lock.unread)
        run(compile_command(interpreter, layer), "compiled")
        settle(layer)

    return build_once(builds / name, make)


def _recipe(target: LayerTarget) -> _Recipe:
    return _ARM64 if target is LayerTarget.ARM64 else _HOST


def fingerprint(lock: Lock, made_for: str) -> str:
    """Give a hash that changes with the lock, with the target, and with how it is built."""
    kept = "\n".join(lock.unread)
    how = (Path(module).read_bytes() for module in (__file__, endpoints.__file__))
    parts = (lock.path.read_bytes(), kept.encode(), made_for.encode(), *how)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def install_command(target: LayerTarget, lock: Path, folder: Path) -> list[str]:
    """Give pip's command: what is locked and no more, as wheels, since a build would run on this machine."""
    return [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--require-hashes", "--only-binary=:all:", "--no-deps", "--no-compile", "--target", str(folder)),
        *_recipe(target).platform_options,
        *("--requirement", str(lock)),
    ]


def _prune(folder: Path, unread: tuple[str, ...]) -> None:
    """Remove files that no function reads, and files that have paths of this machine in them."""
    for pattern in ("bin", *unread):
        for found in [*folder.glob(pattern)]:
            if found.is_dir():
                shutil.rmtree(found)
            else:
                found.unlink()
    for record in folder.glob("*.dist-info/RECORD"):
        record.unlink()
    for tests in [*folder.rglob("tests"), *folder.rglob("test")]:
        shutil.rmtree(tests, ignore_errors=True)
    for entry in (folder / "botocore" / "data").glob("*"):
        if entry.is_dir() and entry.name not in SERVICES:
            shutil.rmtree(entry)
        elif entry.is_file() and entry.name not in BOTOCORE_TABLES:
            entry.unlink()
    table = folder / "botocore" / "data" / "endpoints.json"
    if table.is_file():
        table.write_bytes(endpoints.in_use(table.read_bytes()))


def compile_command(interpreter: str, layer: Path) -> list[str]:
    """Give the command that compiles, with paths as in Lambda and without checks of files' times."""
    return [
        *(interpreter, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        *("-s", str(layer), "-p", "/opt", str(layer / "python")),
    ]


def settle(layer: Path) -> None:
    """Give every file the same time and a mode that Lambda's user can read, whatever the umask is."""
    for path in [layer, *layer.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (ZIP_EPOCH, ZIP_EPOCH))


def run(command: list[str], what: str) -> None:
    """Run a command of a build; raises `PackagingError`, saying what could not be done."""
    # a fixed seed: compiled sets of strings are written in the order of their hashes
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - it is our own
    if done.returncode != 0:
        problem = (done.stderr or done.stdout).strip()
        raise PackagingError(f"The dependencies of the functions could not be {what}:\n{problem}")
