"""Runs what needs the SDK of Nova 2 Sonic in a newer Python, wherever the other tests run."""

import os
import subprocess

import pytest

from infra.functions.interpreters import PackagingError
from infra.functions.packaging import ROOT
from tests.nova.newer import LOCK, environment

RUNS = {
    "the engine and its fake": ["tests/nova/room"],
    "the contract of all engines": ["tests/contract/test_speech_engines.py", "-k", "nova"],
}


@pytest.mark.parametrize("selected", RUNS.values(), ids=RUNS.keys())
def test_nova_speaks_in_a_newer_python(selected: list[str]) -> None:
    try:
        python = environment()
    except PackagingError as missing:
        pytest.skip(f"Nova 2 Sonic: {missing}")

    # conftest.py of other rooms import what is not locked for it
    options = ["--noconftest", "-p", "no:cacheprovider", "--quiet"]
    done = subprocess.run(
        [python, "-m", "pytest", *options, *selected],
        cwd=ROOT,
        env={**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert " skipped" not in done.stdout


def test_the_environment_has_what_is_locked_for_the_layer() -> None:
    layer = (ROOT / "functions" / "layers" / "nova" / "requirements.txt").read_text()

    assert set(pins(layer)) <= set(pins(LOCK.read_text()))


def test_the_layer_is_without_the_transport_that_is_not_used() -> None:
    layer = (ROOT / "functions" / "layers" / "nova" / "requirements.txt").read_text()

    names = {each.partition("==")[0] for each in pins(layer)}
    assert "awscrt" in names
    assert "aiohttp" not in names


def pins(lock: str) -> list[str]:
    return [line.split()[0] for line in lock.splitlines() if "==" in line]
