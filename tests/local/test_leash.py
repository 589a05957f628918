"""A process on a leash ends with its starter, at whatever moment and however that one ends."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from local import emulator, leash, processes
from local.stackfile import ROOT
from local.state import StateDir
from tests.local.test_state import GONE

STARTER = """
import os, sys, time
from pathlib import Path
from local import leash
folder, moment = Path(sys.argv[1]), sys.argv[2]
PROGRAM = 'trap "echo in order; exit" TERM; echo began; while sleep 0.1; do :; done'
with (folder / "log").open("wb") as log:
    process = leash.start(["sh", "-c", PROGRAM], environment=os.environ, folder=folder, log=log)
if moment != "started":
    leash.run(process.pid)
if moment == "let go":
    leash.let_go(process.pid)
print(process.pid, flush=True)
time.sleep(60)
"""


def until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def watchers(pid):
    """What watches the pipe: the shells of a group, but for its leader."""
    command = ["/usr/bin/env", "pgrep", "-g", str(pid), "-f", "let_go"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    others = {int(line) for line in found.stdout.split()} - {pid}
    return [other for other in others if processes.birth(other)]


@pytest.fixture
def start(tmp_path):
    starters = []

    def started(moment):
        command = [sys.executable, "-c", STARTER, str(tmp_path), moment]
        starter = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        starters.append(starter)
        assert starter.stdout is not None
        return starter, int(starter.stdout.readline())

    yield started
    for starter in starters:
        starter.kill()
        starter.communicate()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_with_its_starter(start, tmp_path, number):
    starter, pid = start("running")
    until(lambda: (tmp_path / "log").read_text() == "began\n")

    starter.send_signal(number)

    until(lambda: not processes.birth(pid))
    assert (tmp_path / "log").read_text() == "began\nin order\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_never_begins_if_its_starter_ends_before(start, tmp_path, number):
    starter, pid = start("started")

    starter.send_signal(number)

    until(lambda: not processes.birth(pid))
    assert (tmp_path / "log").read_text() == ""


def test_it_lives_on_once_it_is_let_go_and_nothing_watches_it_any_more(start):
    starter, pid = start("let go")

    until(lambda: watchers(pid) == [])
    starter.kill()
    starter.wait()

    assert processes.birth(pid)
    os.kill(pid, signal.SIGKILL)


def test_it_does_nothing_before_it_is_told_to(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        process = leash.start(["echo", "here"], environment=os.environ, folder=tmp_path, log=log)

    assert (tmp_path / "log").read_bytes() == b""
    leash.run(process.pid)
    process.wait()

    assert (tmp_path / "log").read_bytes() == b"here\n"
    leash.let_go(process.pid)


def test_it_can_be_stopped_before_it_has_become_the_program(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        process = leash.start(["sleep", "60"], environment=os.environ, folder=tmp_path, log=log)
    running = replace(GONE, pid=process.pid, birth=processes.birth(process.pid))
    process.returncode = 0  # it is known by its pid from here on

    assert emulator.alive(running)
    emulator.stop(StateDir(tmp_path), running)

    assert not emulator.alive(running)
    assert watchers(process.pid) == []


def test_a_process_that_has_ended_has_no_birth_even_before_it_is_collected():
    process = subprocess.Popen([sys.executable, "-c", ""])

    until(lambda: not processes.birth(process.pid))

    assert process.wait() == 0


def test_the_children_of_a_process_are_ended():
    script = (
        "import subprocess\n"
        "from local import processes\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "processes.end_children()\n"
        "print(child.wait())\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ended.stdout == f"{-signal.SIGTERM}\n"
