"""The preview of a stack: what Pulumi is asked, and what is kept for the comment however it ends."""

import pytest

from tests.tools.commands import Answer, Commands

SAID = "Previewing update (dev):\n    + 3 to create\n"


def test_a_stack_is_previewed_under_the_policies(commands: Commands) -> None:
    commands.stand_in("pulumi", Answer("preview", SAID))

    done = commands.run("preview", "dev")

    (call,) = commands.calls
    assert done.returncode == 0
    assert call.arguments[:5] == ["preview", "--stack", "dev", "--policy-pack", "policies"]
    assert {"--diff", "--non-interactive"} <= {*call.arguments}
    assert call.arguments[call.arguments.index("--color") + 1] == "never"


def test_nobody_is_asked_for_a_passphrase(commands: Commands) -> None:
    commands.stand_in("pulumi", Answer("preview"))

    commands.run("preview", "dev")

    assert commands.calls[0].environment["PULUMI_CONFIG_PASSPHRASE"] == ""


@pytest.mark.parametrize("status", [0, 1, 255])
def test_what_it_said_and_how_it_ended_are_kept_and_shown(commands: Commands, status: int) -> None:
    commands.stand_in("pulumi", Answer("preview", SAID, "error: no stack named 'dev' found\n", [status]))

    done = commands.run("preview", "dev")

    kept = commands.folder / "preview"
    assert done.returncode == status
    assert sorted(done.stdout.splitlines()) == sorted((kept / "dev.txt").read_text().splitlines())
    assert {*SAID.splitlines(), "error: no stack named 'dev' found"} == {*done.stdout.splitlines()}
    assert (kept / "dev.status").read_text() == f"{status}\n"


def test_two_stacks_are_kept_apart(commands: Commands) -> None:
    commands.stand_in("pulumi", Answer("dev", "of dev"), Answer("prod", "of prod", status=[1]))

    for stack in ("dev", "prod"):
        commands.run("preview", stack)

    kept = {each.name: each.read_text() for each in (commands.folder / "preview").iterdir()}
    assert kept == {
        "dev.txt": "of dev",
        "dev.status": "0\n",
        "prod.txt": "of prod",
        "prod.status": "1\n",
    }
