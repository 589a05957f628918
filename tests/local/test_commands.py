"""The command line as people use it: processes, signals and one line for what is in the way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from local import emulator
from local.state import StateDir

ROOT = Path(__file__).parent.parent.parent
READY = "Ctrl-C stops it."
STATUS = Path("/proc/self/status")
KEPT = ("events", "connections", "messages", "metrics")


class Commands:
    """Runs commands on a state folder of their own, each in a process of its own."""

    def __init__(self, folder):
        self.state = StateDir(folder)
        self.port = emulator.free_port()
        self.foreground: Any = None

    def run(self, *words, typed=None):
        return subprocess.run(  # our own interpreter
            self._line(*words),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            input=typed,
        )

    def start(self, *words):
        self.foreground = subprocess.Popen(  # our own interpreter
            self._line(*words), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return self.foreground

    def read_until(self, words):
        for line in self.foreground.stdout:
            if words in line:
                return
        raise AssertionError(f"it ended without {words!r}")

    def until_started(self):
        self.until(lambda: self.state.running() is not None)

    def until(self, condition):
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def _line(self, *words):
        return [sys.executable, "-m", "local", *words, "--state", str(self.state.path)]


@pytest.fixture
def commands(tmp_path):
    made = Commands(tmp_path)
    yield made
    if made.foreground and made.foreground.poll() is None:
        made.foreground.kill()
        made.foreground.wait()
    made.run("down")
    if made.foreground:
        made.foreground.stdout.close()


def test_up_returns_once_ready_and_down_stops_it(commands):
    up = commands.run("up", "--detach", "--port", str(commands.port))
    status = commands.run("status")
    down = commands.run("down")

    assert (up.returncode, status.returncode, down.returncode) == (0, 0, 0)
    assert f"ws://127.0.0.1:{commands.port}/" in up.stdout
    assert f"on port {commands.port}" in status.stdout
    assert commands.run("status").returncode == 1


def test_a_second_up_says_so_and_leaves_it_up(commands):
    commands.run("up", "--detach", "--port", str(commands.port))

    second = commands.run("up")

    assert second.returncode == 0
    assert second.stdout.startswith("It was up already")
    assert commands.run("status").returncode == 0


def test_a_chosen_identity_mode_holds_until_another_is_chosen(commands):
    commands.run("up", "--detach", "--port", str(commands.port), "--identity", "cognito")
    token = commands.run("token", "ada@example.com", "--group", "operators")

    second = commands.run("up")
    third = commands.run("up", "--identity", "query")

    assert (token.returncode, token.stdout.count(".")) == (0, 2)
    assert "?ticket=<ticket>" in second.stdout
    assert "?userId=ada" in third.stdout


def test_a_token_without_verified_identity_is_one_line(commands):
    down = commands.run("token", "ada@example.com")
    commands.run("up", "--detach", "--port", str(commands.port))
    plain = commands.run("token", "ada@example.com")

    assert (down.returncode, plain.returncode) == (1, 1)
    assert down.stderr == "error: it is not up: `make up IDENTITY=cognito` starts it\n"
    assert plain.stderr.startswith("error: identity is not verified here")
    assert plain.stderr.count("\n") == 1


def test_another_port_for_what_is_up_is_refused_in_one_line(commands):
    commands.run("up", "--detach", "--port", str(commands.port))

    other = commands.run("up", "--port", str(emulator.free_port()))

    assert other.returncode == 1
    assert other.stderr == f"error: it is up on port {commands.port}: `make down` first\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_cleanly(commands, number):
    process = commands.start("up", "--port", str(commands.port))
    commands.read_until(READY)

    process.send_signal(number)
    output, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert output.strip().endswith("Stopped.")
    assert "Traceback" not in output
    assert commands.state.running() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_nothing_behind(commands, number):
    process = commands.start("up", "--port", str(commands.port))
    commands.until_started()
    started = commands.state.running()

    process.send_signal(number)
    output, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "Traceback" not in output
    assert not emulator.alive(started)
    assert commands.state.running() is None


def test_an_interrupted_deployment_leaves_nothing_behind(commands):
    process = commands.start("up", "--port", str(commands.port))
    commands.until_started()
    started = commands.state.running()
    commands.until(lambda: emulator.healthy(started))

    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)

    assert (process.returncode, output) == (0, "\nStopped.\n")
    assert not emulator.alive(started)


def test_a_start_that_is_killed_leaves_no_process_either(commands):
    process = commands.start("up", "--port", str(commands.port))
    commands.until_started()
    started = commands.state.running()

    process.kill()
    process.wait()

    commands.until(lambda: not emulator.alive(started))


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells which signals a process takes")
def test_a_signal_while_it_is_imported_is_obeyed(commands):
    process = commands.start("up", "--port", str(commands.port))

    commands.until(lambda: notes_signals(process.pid))
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)

    assert (process.returncode, output) == (0, "\nStopped.\n")
    assert not commands.state.log.exists()


def test_a_dead_emulator_ends_the_foreground_in_one_line(commands):
    process = commands.start("up", "--port", str(commands.port))
    commands.read_until(READY)

    os.kill(commands.state.running().pid, signal.SIGKILL)
    output, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "error: the emulator has died" in output
    assert "Traceback" not in output


def test_up_starts_anew_after_a_crash(commands):
    commands.run("up", "--detach", "--port", str(commands.port))
    os.kill(commands.state.running().pid, signal.SIGKILL)

    again = commands.run("up", "--detach", "--port", str(commands.port))

    assert again.returncode == 0
    assert again.stdout.startswith("The backend is up.")


def test_down_elsewhere_ends_the_foreground_without_an_error(commands):
    process = commands.start("up", "--port", str(commands.port))
    commands.read_until(READY)

    commands.run("down")
    output, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "It was stopped." in output


def test_a_busy_port_is_one_line(commands, tmp_path_factory):
    commands.run("up", "--detach", "--port", str(commands.port))
    other = Commands(tmp_path_factory.mktemp("other"))

    refused = other.run("up", "--port", str(commands.port))

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: port {commands.port} is in use")
    assert refused.stderr.count("\n") == 1


def test_kept_state_is_there_after_a_restart(commands):
    words = ("up", "--detach", "--keep", "--port", str(commands.port))
    commands.run(*words)
    assert commands.run("demo").returncode == 0
    before = table_rows(commands)
    commands.run("down")

    again = commands.run(*words)

    assert again.returncode == 0, again.stderr
    assert len(before) == len(KEPT)
    assert table_rows(commands) == before


def test_the_demo_brings_its_own_where_nothing_is_up(commands):
    demo = commands.run("demo")

    assert demo.returncode == 0
    assert "✗" not in demo.stdout
    assert commands.state.running() is None


def test_a_chat_goes_on_where_another_one_was(commands):
    down = commands.run("chat")
    commands.run("up", "--detach", "--port", str(commands.port))

    one = commands.run("chat", "--session", "s-1", "--as", "bob", typed="hello\n/cut\nand again\n")
    two = commands.run("chat", "--session", "s-1", "--as", "bob", typed="")

    assert (down.returncode, down.stderr) == (1, "error: it is not up: `make up` starts it\n")
    assert (one.returncode, two.returncode) == (0, 0)
    shown = [line for line in one.stdout.splitlines() if line.startswith("you")]
    # which of two got the first number nobody promises, only that every screen has it so
    assert sorted(shown) == ["you: and again", "you: hello"]
    assert [line for line in two.stdout.splitlines() if line.startswith("you")] == shown


def table_rows(commands):
    """How much is in each table, but for the claims, which expire while all this goes on."""
    lines = commands.run("status").stdout.splitlines()
    return [line for line in lines if any(f"airium-websocket-{table}-" in line for table in KEPT)]


def notes_signals(pid):
    """Whether a process has a handler of its own for SIGTERM."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (caught,) = [line.split()[1] for line in lines if line.startswith("SigCgt:")]
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)
