import os
from dataclasses import replace

from local import emulator, processes, status, up
from local.outputs import load
from local.prune import Deployed
from local.state import Running, StateDir

GONE = Running(pid=2**22 - 1, port=1, started_at="2026-11-23T00:00:00+00:00", keep=False, owner=1)


def test_what_was_noted_is_read_again(tmp_path):
    state, deployed = StateDir(tmp_path), [Deployed("type", "name", "id")]

    state.started(GONE)
    state.note_deployed(deployed)

    assert (state.running(), state.deployed()) == (GONE, deployed)


def test_half_written_files_are_as_good_as_none(tmp_path):
    state = StateDir(tmp_path)
    for name in ("emulator.json", "deployed.json", "outputs.json"):
        (tmp_path / name).write_text('{"pid": 1')

    assert (state.running(), state.deployed(), load(state.outputs)) == (None, [], None)


def test_a_pid_that_another_process_got_is_not_the_emulator():
    assert emulator.alive(replace(GONE, pid=os.getpid(), birth=processes.birth(os.getpid())))
    assert not emulator.alive(replace(GONE, pid=os.getpid(), birth="of an earlier life"))
    assert not emulator.alive(replace(GONE, pid=os.getpid()))


def test_another_process_with_the_pid_is_not_stopped(tmp_path):
    ours = replace(GONE, pid=os.getpid(), birth="of an earlier life")

    emulator.stop(StateDir(tmp_path), ours)

    assert os.getpid() == ours.pid


def test_a_dead_emulator_is_told_and_cleared_away(tmp_path):
    state = StateDir(tmp_path)
    state.started(GONE)

    found = status.look(state)

    assert not found.up
    assert "has died" in found.words
    assert up.down(state) is None
    assert state.running() is None
