"""The layer: equal byte for byte, built once for each lock, whole or not there."""

import hashlib
import itertools
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from infra.functions import locks
from infra.functions.interpreters import PackagingError
from infra.functions.locks import Lock
from infra.functions.models import Service, build_models
from infra.functions.packaging import build_layer, compile_command, install_command
from infra.settings.settings import LayerTarget
from tests.infra.program import ROOT

CONTENT = {
    "shelf/__init__.py": "BOOKS = frozenset({'one', 'two', 'three', 'four'})\n",
    "shelf/tests/test_shelf.py": "assert True\n",
    "botocore/data/dynamodb/2012-08-10/service-2.json": "{}",
    "botocore/data/ec2/2016-11-15/service-2.json": "{}",
    "botocore/data/s3/2006-03-01/service-2.json": "{}",
    "botocore/data/endpoints.json": "{}",
    "botocore/data/unheard-of.json": "{}",
    "shelf-1.0.data/scripts/shelf": "#!python\nprint('shelf')\n",
    "shelf-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: shelf\nVersion: 1.0\n",
    "shelf-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    """Lock one small wheel that lies beside it: no test of the packaging needs the network."""
    wheel = tmp_path / "wheels" / "shelf-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in CONTENT.items():
            archive.writestr(name, text)
        records = "".join(f"{name},,\n" for name in CONTENT)
        archive.writestr("shelf-1.0.dist-info/RECORD", records)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    path = tmp_path / "requirements.txt"
    path.write_text(f"--no-index\n--find-links {wheel.parent}\nshelf==1.0 --hash=sha256:{digest}\n")
    return Lock("shelves", path)


def interpreter(path: Path, compiling: str = "") -> Path:
    """Make a stand-in for Python 3.13, so that these tests run where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = -c ]; then echo 3 13; else {compiling}\nexec {sys.executable} "$@"; fi\n'
    )
    path.chmod(0o755)
    return path


def building(python: Path, lock: Lock, builds: Path) -> subprocess.Popen[bytes]:
    """Start a build for Lambda in a process of its own."""
    program = (
        "from pathlib import Path; from infra.functions.packaging import *;"
        f"lock = Lock({lock.name!r}, Path({str(lock.path)!r}));"
        f"build_layer(LayerTarget.ARM64, lock, builds=Path({str(builds)!r}))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "LAMBDA_PYTHON": str(python)},
        start_new_session=True,
    )


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def files(layer: Path) -> set[str]:
    return {path.relative_to(layer).as_posix() for path in layer.rglob("*") if path.is_file()}


def contents(layer: Path) -> dict[str, tuple[bytes, int, float]]:
    return {
        name: ((layer / name).read_bytes(), (layer / name).stat().st_mode, (layer / name).stat().st_mtime)
        for name in files(layer)
    }


PLATFORMS = ["manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"]
FOR_LAMBDA = [*(f"--platform={each}" for each in PLATFORMS), "--python-version=3.13", "--implementation=cp"]


@pytest.mark.parametrize(("target", "options"), [(LayerTarget.ARM64, FOR_LAMBDA), (LayerTarget.HOST, [])])
def test_pip_installs_wheels_of_the_lock_alone_for_the_target(
    target: LayerTarget, options: list[str]
) -> None:
    program, *arguments = install_command(target, Path("/lock.txt"), Path("/layer/python"))

    assert program == sys.executable
    assert arguments == [
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
        *(
            "--require-hashes",
            "--only-binary=:all:",
            "--no-deps",
            "--no-compile",
            "--target",
            "/layer/python",
        ),
        *options,
        *("--requirement", "/lock.txt"),
    ]


def test_modules_are_compiled_as_they_lie_in_lambda() -> None:
    assert compile_command("python3.13", Path("/layer")) == [
        *("python3.13", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        *("-s", "/layer", "-p", "/opt", "/layer/python"),
    ]


def test_two_builds_are_equal_byte_for_byte(lock: Lock, tmp_path: Path) -> None:
    first = build_layer(LayerTarget.HOST, lock, builds=tmp_path / "one")
    second = build_layer(LayerTarget.HOST, lock, builds=tmp_path / "somewhere" / "else")

    assert contents(first) == contents(second)
    assert first.name == second.name


def test_a_build_under_another_umask_is_equal(lock: Lock, tmp_path: Path) -> None:
    first = build_layer(LayerTarget.HOST, lock, builds=tmp_path / "one")
    before = os.umask(0o077)
    try:
        second = build_layer(LayerTarget.HOST, lock, builds=tmp_path / "two")
    finally:
        os.umask(before)

    assert contents(first) == contents(second)
    assert stat.S_IMODE((second / "python").stat().st_mode) == 0o755
    assert stat.S_IMODE(second.stat().st_mode) == 0o755


def test_a_layer_holds_what_functions_read_and_no_more(lock: Lock, tmp_path: Path) -> None:
    layer = build_layer(LayerTarget.HOST, lock, builds=tmp_path)

    sources = {name for name in files(layer) if not name.endswith(".pyc")}
    assert {name for name in sources if ".dist-info/" not in name} == {
        "python/shelf/__init__.py",
        "python/botocore/data/dynamodb/2012-08-10/service-2.json",
        "python/botocore/data/endpoints.json",
    }
    assert not [name for name in sources if name.endswith("RECORD")]


def test_modules_are_compiled_with_the_paths_of_lambda_and_checked_against_nothing(
    lock: Lock, tmp_path: Path
) -> None:
    layer = build_layer(LayerTarget.HOST, lock, builds=tmp_path)

    (compiled,) = layer.rglob("*.pyc")
    flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
    assert flags == 0b01, "hash-based, not checked"
    assert b"/opt/python/shelf/__init__.py" in compiled.read_bytes()
    assert str(tmp_path).encode() not in compiled.read_bytes()


def test_a_lock_is_built_once(lock: Lock, tmp_path: Path) -> None:
    first = build_layer(LayerTarget.HOST, lock, builds=tmp_path / "builds")
    (tmp_path / "wheels" / "shelf-1.0-py3-none-any.whl").unlink()

    assert build_layer(LayerTarget.HOST, lock, builds=tmp_path / "builds") == first


def test_another_lock_is_built_again(lock: Lock, tmp_path: Path) -> None:
    first = build_layer(LayerTarget.HOST, lock, builds=tmp_path / "builds")
    lock.path.write_text(f"# a reason\n{lock.path.read_text()}")

    assert build_layer(LayerTarget.HOST, lock, builds=tmp_path / "builds") != first


def test_what_is_left_out_is_not_in_the_layer_which_is_built_again_without_it(
    lock: Lock, tmp_path: Path
) -> None:
    whole = build_layer(LayerTarget.HOST, lock, builds=tmp_path / "builds")

    less = build_layer(
        LayerTarget.HOST, lock._replace(unread=("botocore", "*/__init__.py")), builds=tmp_path / "builds"
    )

    left_out = {name for name in files(whole) - files(less) if not name.endswith(".pyc")}
    assert {name.split("/")[1] for name in left_out} == {"botocore", "shelf"}
    assert files(less) < files(whole)


def test_a_lock_that_this_python_cannot_install_is_a_clear_error_before_pip_is_asked(
    lock: Lock, tmp_path: Path
) -> None:
    newer = (sys.version_info.major, sys.version_info.minor + 1)
    lock.path.write_text("nothing that pip could read")

    with pytest.raises(PackagingError) as raised:
        build_layer(LayerTarget.HOST, lock._replace(oldest=newer), builds=tmp_path / "builds")

    assert str(raised.value) == (
        "The layer shelves needs Python {}.{} or later, and is to be built for {}.{}, which evaluates the "
        "program.".format(*newer, *sys.version_info[:2])
    )


def test_lambda_has_a_python_for_every_lock(
    lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_PYTHON", str(interpreter(tmp_path / "python3.13")))

    assert build_layer(LayerTarget.ARM64, lock._replace(oldest=locks.NOVA.oldest), builds=tmp_path / "builds")


def test_another_target_is_built_again(lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_PYTHON", str(interpreter(tmp_path / "python3.13")))
    first = build_layer(LayerTarget.HOST, lock, builds=tmp_path / "builds")

    assert build_layer(LayerTarget.ARM64, lock, builds=tmp_path / "builds") != first


def test_a_package_that_is_not_as_locked_is_refused(lock: Lock, tmp_path: Path) -> None:
    lock.path.write_text(lock.path.read_text().replace("sha256:", "sha256:0000")[:-5])

    with pytest.raises(PackagingError, match="could not be installed"):
        build_layer(LayerTarget.HOST, lock, builds=tmp_path / "builds")

    assert list((tmp_path / "builds").iterdir()) == []


def test_a_build_that_is_killed_leaves_nothing_that_is_taken_for_a_layer(
    lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiling = tmp_path / "compiling"
    stuck = interpreter(tmp_path / "stuck", f"touch {compiling}; sleep 60")
    build = building(stuck, lock, tmp_path / "builds")
    wait_for(compiling)

    os.killpg(build.pid, signal.SIGKILL)
    build.wait()

    assert list((tmp_path / "builds").glob("layer-*")) == []
    monkeypatch.setenv("LAMBDA_PYTHON", str(interpreter(tmp_path / "python3.13")))
    layer = build_layer(LayerTarget.ARM64, lock, builds=tmp_path / "builds")
    assert "python/shelf/__init__.py" in files(layer)
    assert list(layer.rglob("*.pyc"))


def test_of_two_builds_at_once_the_first_is_kept(
    lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiling, go_on = tmp_path / "compiling", tmp_path / "go-on"
    waits = f"touch {compiling}; while [ ! -e {go_on} ]; do sleep 0.02; done"
    slow = building(interpreter(tmp_path / "slow", waits), lock, tmp_path / "builds")
    wait_for(compiling)
    monkeypatch.setenv("LAMBDA_PYTHON", str(interpreter(tmp_path / "python3.13")))

    layer = build_layer(LayerTarget.ARM64, lock, builds=tmp_path / "builds")
    inode = layer.stat().st_ino
    go_on.touch()

    assert slow.wait(timeout=30) == 0
    assert layer.stat().st_ino == inode
    assert list((tmp_path / "builds").iterdir()) == [layer]


@pytest.mark.parametrize("where", ["on PATH", "under pyenv"])
def test_the_interpreter_of_lambda_is_found(
    where: str, lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = tmp_path / "used"
    folders = {"on PATH": tmp_path / "bin", "under pyenv": tmp_path / "versions" / "3.13.9" / "bin"}
    interpreter(folders[where] / "python3.13", f"touch {used}")
    monkeypatch.delenv("LAMBDA_PYTHON", raising=False)
    monkeypatch.setenv("PATH", f"{folders['on PATH']}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))

    build_layer(LayerTarget.ARM64, lock, builds=tmp_path / "builds")

    assert used.exists()


@pytest.mark.parametrize("named", ["/nowhere/python3.13", "/bin/false"])
def test_the_absence_of_the_interpreter_is_a_clear_error(
    named: str, lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_PYTHON", named)

    with pytest.raises(PackagingError, match=r"compiled by a python3\.13: none was found in LAMBDA_PYTHON"):
        build_layer(LayerTarget.ARM64, lock, builds=tmp_path / "builds")


def test_what_is_built_already_needs_no_interpreter(
    lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_PYTHON", str(interpreter(tmp_path / "python3.13")))
    first = build_layer(LayerTarget.ARM64, lock, builds=tmp_path / "builds")
    monkeypatch.setenv("LAMBDA_PYTHON", "/nowhere/python3.13")

    assert build_layer(LayerTarget.ARM64, lock, builds=tmp_path / "builds") == first


def test_a_layer_of_models_holds_that_of_the_service_that_one_function_calls(
    lock: Lock, tmp_path: Path
) -> None:
    first = build_models(Service.S3, lock=lock, builds=tmp_path / "one")
    second = build_models(Service.S3, lock=lock, builds=tmp_path / "two")

    assert files(first) == {"python/service_models/s3/2006-03-01/service-2.json"}
    assert contents(first) == contents(second)
    assert first.name == second.name


@pytest.mark.parametrize(("service", "maker"), [(Service.S3, "s3"), (Service.BEDROCK, "bedrock")])
def test_with_its_model_a_function_finds_a_service_also_when_it_has_made_another_client_before(
    service: Service, maker: str
) -> None:
    layers = [build_layer(LayerTarget.HOST), build_models(service)]
    folders = [*(str(layer / "python") for layer in layers), str(ROOT)]
    program = (
        "from functions.aws import clients;"
        "given = dict(region_name='us-east-1', aws_access_key_id='a', aws_secret_access_key='b');"
        f"clients.dynamodb(**given); print(clients.{maker}(**given).meta.service_model)"
    )

    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": os.pathsep.join(folders), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == (f"ServiceModel({service})\n", "")


def test_the_layer_of_speech_is_enough_to_subscribe_and_equal_byte_for_byte(tmp_path: Path) -> None:
    layer, again = (build_layer(LayerTarget.HOST, locks.VOICE, builds=tmp_path / each) for each in ("a", "b"))
    program = "from websockets.asyncio.client import connect; print(connect.__module__)"

    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": str(layer / "python"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("websockets.asyncio.client\n", "")
    assert contents(layer) == contents(again)
    assert {name.split("/")[1].partition("-")[0] for name in files(layer)} == {"websockets"}


def test_no_package_is_in_two_layers() -> None:
    kept = (locks.DEPENDENCIES, locks.VOICE, locks.NOVA)

    packages = [
        {
            line.partition("==")[0].partition("[")[0]
            for line in lock.path.read_text().splitlines()
            if "==" in line
        }
        for lock in kept
    ]
    assert [one & other for one, other in itertools.combinations(packages, 2)] == [set(), set(), set()]


def test_the_layer_of_this_lock_is_enough_for_the_clients_that_functions_make() -> None:
    layer = build_layer(LayerTarget.HOST)
    # with no site packages: whatever is not in the layer is not there
    program = (
        "import botocore.session as s, msgspec; made = [s.get_session().create_client("
        "name, region_name='us-east-1', aws_access_key_id='a', aws_secret_access_key='b')"
        " for name in ('dynamodb', 'apigatewaymanagementapi')]; print(len(made))"
    )

    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": str(layer / "python"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("2\n", "")
