"""The workflows: two linters find nothing in them, and no job may more than it needs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.functions.function import PYTHON
from tests.infra.program import ROOT, STACKS
from tests.tools.commands import SCRIPTS
from tests.tools.workflows import ACTIONS, FILES, FOLDER, JOBS, WORKFLOWS, Job, events, job, names

ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
TOOLS = ROOT / ".build" / "tools"
UNSAFE = """\
name: unsafe
on: pull_request_target
jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ github.event.pull_request.title }}
"""
USES = re.compile(r"^ *-? uses: (\S+)(.*)$", re.MULTILINE)


def zizmor(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Look for weaknesses, as strictly as it can, without asking a network."""
    command = [f"{sys.prefix}/bin/zizmor", "--offline", "--no-progress", "--quiet", "--persona", "auditor"]
    return subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def actionlint() -> str:
    """The linter: as it is on the path, or made once where there is Go."""
    path = f"{os.environ['PATH']}:{TOOLS}"
    if shutil.which("actionlint", path=path) is None:
        if (go := shutil.which("go")) is None:
            pytest.skip("there is neither actionlint nor a go to make it with")
        install = [go, "install", ACTIONLINT]
        environment = {**os.environ, "GOBIN": str(TOOLS)}
        try:
            subprocess.run(install, env=environment, capture_output=True, check=True, timeout=300)
        except subprocess.SubprocessError as problem:  # a registry that is away is no fault of the workflows
            pytest.skip(f"actionlint cannot be made: {problem}")
    found = shutil.which("actionlint", path=path)
    assert found
    return found


def test_zizmor_finds_nothing() -> None:
    found = zizmor(FOLDER)

    assert found.returncode == 0, found.stdout


def test_zizmor_finds_what_is_unsafe(tmp_path: Path) -> None:
    (tmp_path / "unsafe.yml").write_text(UNSAFE)

    found = zizmor(tmp_path / "unsafe.yml")

    assert found.returncode != 0
    assert {"[dangerous-triggers]", "[unpinned-uses]", "[template-injection]"} <= {
        *re.findall(r"\[[a-z-]+\]", found.stdout)
    }


@pytest.mark.timeout(600)  # it may be made first
def test_actionlint_finds_nothing(actionlint: str) -> None:
    found = subprocess.run([actionlint], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout) == (0, ""), found.stdout


@pytest.mark.timeout(600)  # it may be made first
def test_actionlint_finds_what_is_wrong(actionlint: str, tmp_path: Path) -> None:
    (tmp_path / "unsafe.yml").write_text(UNSAFE)

    found = subprocess.run([actionlint, tmp_path / "unsafe.yml"], capture_output=True, text=True, check=False)

    assert found.returncode == 1
    assert '"github.event.pull_request.title" is potentially untrusted' in found.stdout


def test_ci_makes_the_actionlint_that_the_tests_make() -> None:
    assert f'GOBIN="$PWD/.build/tools" go install {ACTIONLINT}' in [
        step.get("run") for step in job("ci", "check").steps
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name + "/" + path.name)
def test_every_action_is_pinned_by_its_commit_beside_its_version(path: Path) -> None:
    found = [(name, rest) for name, rest in USES.findall(path.read_text()) if not name.startswith("./")]

    assert found
    assert [
        name
        for name, rest in found
        if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) or not re.fullmatch(r" # v\d+\.\d+\.\d+", rest)
    ] == []


def test_an_action_has_one_commit_everywhere() -> None:
    pinned = {name for path in FILES for name, _ in USES.findall(path.read_text())}

    assert len({each.partition("@")[0] for each in pinned}) == len(pinned)


def test_each_workflow_begins_where_it_should() -> None:
    assert {name: events(name) for name in WORKFLOWS} == {
        "ci": {"push", "pull_request"},
        "review": {"pull_request"},
        "deploy": {"push", "workflow_dispatch"},
    }
    assert WORKFLOWS["deploy"][True]["push"] == {"tags": ["v*"]}


def test_each_job_may_what_it_needs_and_no_more() -> None:
    read, become = {"contents": "read"}, {"id-token": "write"}
    assert {(each.workflow, each.name): each.permissions for each in JOBS} == {
        ("ci", "check"): read,
        ("ci", "clocks"): read,
        ("ci", "audit"): read,
        ("review", "preview"): read | become,
        ("review", "comment"): read | {"pull-requests": "write"},
        ("deploy", "release"): read,
        ("deploy", "dev"): read | become,
        ("deploy", "prod"): read | become,
    }


@pytest.mark.parametrize("each", JOBS, ids=lambda each: f"{each.workflow}-{each.name}")
def test_a_job_that_becomes_a_role_is_one_that_may(each: Job) -> None:
    uses = [step.get("uses", "") for step in each.steps]

    becomes = any(name.startswith("aws-actions/configure-aws-credentials@") for name in uses)
    assert becomes == ("id-token" in each.permissions)


@pytest.mark.parametrize("each", JOBS, ids=lambda each: f"{each.workflow}-{each.name}")
def test_no_job_keeps_the_token_of_its_checkout_or_runs_without_an_end(each: Job) -> None:
    checkouts = [step for step in each.steps if step.get("uses", "").startswith("actions/checkout@")]

    assert {step["with"]["persist-credentials"] for step in checkouts} == {False}
    assert each.told["timeout-minutes"] <= 60


def test_a_fork_is_not_previewed_and_neither_is_a_repository_without_a_role() -> None:
    condition = job("review", "preview").told["if"]

    assert condition.split(" && ") == [
        "vars.PREVIEW_ROLE_ARN != ''",
        "github.event.pull_request.head.repo.full_name == github.repository",
    ]


def test_a_preview_that_fails_is_kept_and_told() -> None:
    (upload,) = [s for s in job("review", "preview").steps if "upload-artifact" in s.get("uses", "")]
    comment = job("review", "comment").told

    assert upload["if"] == "${{ !cancelled() }}"
    assert comment["needs"] == "preview"
    assert comment["if"] == "${{ !cancelled() && needs.preview.result != 'skipped' }}"


def test_the_stacks_that_are_in_accounts_are_previewed_and_told() -> None:
    previewed = job("review", "preview").told["strategy"]["matrix"]["stack"]
    told = job("review", "comment").steps[-1]["run"].split()

    assert previewed == [each for each in STACKS if each != "local"]
    assert told == ["python3", ".github/scripts/comment.py", "preview", *previewed]


def test_prod_comes_after_dev_and_each_has_its_environment() -> None:
    dev, prod = job("deploy", "dev").told, job("deploy", "prod").told

    assert (dev["environment"], prod["environment"]) == ("dev", "prod")
    assert (dev["needs"], prod["needs"]) == ("release", ["release", "dev"])
    assert dev["if"] == "${{ !inputs.prod_only }}"
    assert prod["if"].split(" && ") == [
        "${{ !cancelled()",
        "needs.release.result == 'success'",
        "(needs.dev.result == 'success' || needs.dev.result == 'skipped') }}",
    ]


@pytest.mark.parametrize(
    ("stack", "more"), [("dev", [".github/scripts/preview prod"]), ("prod", [])], ids=["dev", "prod"]
)
def test_a_stack_is_deployed_and_looked_at_and_the_next_one_is_previewed(stack: str, more: list[str]) -> None:
    scripts = [step["run"] for step in job("deploy", stack).steps if "run" in step]

    assert scripts == [
        ".github/scripts/install",
        f".github/scripts/deploy {stack}",
        ".github/scripts/examine",
        *more,
    ]


@pytest.mark.parametrize("each", JOBS, ids=lambda each: f"{each.workflow}-{each.name}")
def test_whatever_asks_pulumi_is_told_where_the_state_is(each: Job) -> None:
    asking = [step for step in each.steps if re.search(r"scripts/(preview|deploy) ", step.get("run", ""))]

    told = [step["env"]["PULUMI_BACKEND_URL"] for step in asking]
    assert told == ["${{ vars.PULUMI_BACKEND_URL }}"] * len(asking)


def test_a_role_is_had_only_when_everything_is_installed() -> None:
    steps = ACTIONS["pulumi"]["runs"]["steps"]

    assert steps[-2]["run"] == ".github/scripts/install"
    assert steps[-1]["uses"].startswith("aws-actions/configure-aws-credentials@")


def test_whatever_reviews_and_deploys_is_a_script_that_can_be_run() -> None:
    runs = [step["run"] for each in JOBS if each.workflow != "ci" for step in each.steps if "run" in step]

    called = {name for run in runs for name in re.findall(r"\.github/scripts/([\w.]+)", run)}
    assert [run for run in runs if "\n" in run or not re.search(r"\.github/scripts/", run)] == []
    assert called == {each.name for each in SCRIPTS.iterdir() if each.is_file()}
    assert [
        each for each in called if not each.endswith(".py") and not os.access(SCRIPTS / each, os.X_OK)
    ] == []


def test_the_cli_is_that_of_the_lock_and_python_that_of_the_functions() -> None:
    given = [step["with"] for step in ACTIONS["pulumi"]["runs"]["steps"] if "with" in step]

    (cli,) = [each["pulumi-version"] for each in given if "pulumi-version" in each]
    (python,) = [each["python-version"] for each in given if "python-version" in each]
    assert f"pulumi=={cli}\n" in (ROOT / "requirements.in").read_text()
    assert f"python{python}" == PYTHON


def test_nothing_secret_is_asked_of_the_repository() -> None:
    assert names("secrets") == set()


def test_no_stack_has_a_secret_that_a_passphrase_would_keep() -> None:
    files = {path.name: path.read_text() for path in ROOT.glob("Pulumi.*.yaml")}

    assert [
        name for name, text in files.items() if re.search(r"secure:|encryptionsalt|secretsprovider", text)
    ] == []
