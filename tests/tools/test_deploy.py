"""A deployment's steps: the release that is refused, the update, and the doctor that looks at it."""

import pytest

from tests.infra.program import ROOT
from tests.tools.commands import Answer, Commands

TAG = {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v0.2.0", "GITHUB_SHA": "c0ffee"}
OUTPUTS = '{"region": "us-east-1"}\n'


@pytest.mark.parametrize("standing", ["identical", "behind"])
def test_a_tag_on_main_is_released(commands: Commands, standing: str) -> None:
    commands.stand_in("gh", Answer("api", f"{standing}\n"))

    done = commands.run("release", **TAG)

    assert (done.returncode, done.stdout) == (0, "")
    assert "repos/airium/realtime/compare/main...c0ffee?per_page=1" in commands.calls[0].arguments


@pytest.mark.parametrize("standing", ["ahead", "diverged", ""])
def test_a_tag_that_is_not_on_main_is_refused(commands: Commands, standing: str) -> None:
    commands.stand_in("gh", Answer("api", f"{standing}\n"))

    done = commands.run("release", **TAG)

    assert done.returncode == 1
    assert done.stdout == "::error::v0.2.0 is not on main: merge it first, and tag what was merged\n"


def test_a_branch_is_refused(commands: Commands) -> None:
    done = commands.run("release", **TAG | {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "main"})

    assert done.returncode == 1
    assert done.stdout.startswith("::error::main is a branch: deploy a tag")


def test_a_release_that_github_cannot_tell_of_is_refused(commands: Commands) -> None:
    commands.stand_in("gh", Answer("api", "", "gh: Not Found (HTTP 404)\n", [1]))

    done = commands.run("release", **TAG)

    assert (done.returncode, done.stdout) == (1, "")
    assert "HTTP 404" in done.stderr


def test_a_stack_is_updated_under_the_policies_and_its_outputs_are_kept(commands: Commands) -> None:
    commands.stand_in("pulumi", Answer("up", "Updating (dev):\n"), Answer("output", OUTPUTS))

    done = commands.run("deploy", "dev", **TAG)

    up, output = commands.calls
    assert done.returncode == 0
    assert up.arguments[:5] == ["up", "--stack", "dev", "--policy-pack", "policies"]
    assert {"--yes", "--non-interactive"} <= {*up.arguments}
    assert up.arguments[-2:] == ["--message", "v0.2.0"]
    assert output.arguments == ["stack", "output", "--stack", "dev", "--json"]
    assert (commands.folder / "outputs.json").read_text() == OUTPUTS
    assert {each.environment["PULUMI_CONFIG_PASSPHRASE"] for each in (up, output)} == {""}


def test_an_update_that_fails_is_not_called_deployed(commands: Commands) -> None:
    commands.stand_in("pulumi", Answer("up", err="error: the stack is currently locked\n", status=[255]))

    done = commands.run("deploy", "prod", **TAG)

    assert done.returncode == 255
    assert "currently locked" in done.stderr
    assert not (commands.folder / "outputs.json").exists()


def test_outputs_that_cannot_be_read_fail(commands: Commands) -> None:
    commands.stand_in("pulumi", Answer("up"), Answer("output", err="error\n", status=[1]))

    assert commands.run("deploy", "prod", **TAG).returncode == 1


def test_a_stack_that_is_well_is_looked_at_once(commands: Commands) -> None:
    commands.stand_in("python", Answer("doctor", "fine\n"), at=".venv/bin/python")

    done = commands.run("examine", **TAG)

    (call,) = commands.calls
    assert (done.returncode, done.stdout) == (0, "fine\n")
    assert call.arguments == ["-m", "ops", "doctor", "--outputs", "outputs.json"]


def test_a_stack_that_is_well_after_a_while_is_well(commands: Commands) -> None:
    commands.stand_in("python", Answer("doctor", status=[1, 1, 0]), at=".venv/bin/python")

    done = commands.run("examine", **TAG, PAUSE_SECONDS="0")

    assert done.returncode == 0
    assert len(commands.calls) == 3


def test_a_stack_that_stays_ill_fails_and_says_how_to_go_back(commands: Commands) -> None:
    commands.stand_in("python", Answer("doctor", "wrong\n", status=[1]), at=".venv/bin/python")

    done = commands.run("examine", **TAG, PAUSE_SECONDS="0")

    assert done.returncode == 1
    assert len(commands.calls) == 3
    assert done.stdout.splitlines()[-1].startswith("::error::v0.2.0 is deployed, and the doctor finds")
    assert "docs/delivery.md says how to roll back" in done.stdout


def test_what_is_installed_is_locked_and_comes_with_its_hashes(commands: Commands) -> None:
    commands.stand_in("pip", Answer("install"))
    # an environment is made with a pip, as Python's is
    commands.write("bin/python3", 'mkdir -p "$3/bin" && cp bin/pip "$3/bin/pip"')

    done = commands.run("install")

    files = [[each for each in call.arguments if each.endswith(".txt")] for call in commands.calls]
    assert done.returncode == 0
    assert files == [["requirements.txt", "ops/requirements.txt"], ["policies/requirements.txt"]]
    assert all((ROOT / each).exists() for named in files for each in named)
    assert all("--require-hashes" in call.arguments for call in commands.calls)


def test_what_cannot_be_installed_fails(commands: Commands) -> None:
    commands.stand_in("pip", Answer("install", status=[1]))
    commands.write("bin/python3", 'mkdir -p "$3/bin" && cp bin/pip "$3/bin/pip"')

    assert commands.run("install").returncode == 1
