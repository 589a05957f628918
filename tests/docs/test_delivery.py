"""The document on delivery: its commands make what the workflows need."""

import json
import re

import pytest

from tests.docs.delivery import DEPLOYING, DOCUMENTS, FOLDER, OIDC, SUBJECT, statements
from tests.docs.markdown import ROOT, blocks, names, table
from tests.infra.program import ACCOUNT, REGION
from tests.tools.commands import Answer, Commands
from tests.tools.workflows import WORKFLOWS
from tests.tools.workflows import names as asked

DELIVERY = ROOT / "docs" / "delivery.md"
STATE = f"airium-realtime-state-{ACCOUNT}"
SHELL = [each.text for each in blocks("sh") if each.path == DELIVERY]
SETTING_UP = [text for text in SHELL if "git push" not in text and "gh workflow" not in text]


def test_every_variable_is_told_and_there_is_no_other() -> None:
    assert {names(row[0])[0] for row in table(DELIVERY, "variable")} == asked("vars")


def test_every_document_is_told_and_used() -> None:
    rows = [row[0] for row in table(DELIVERY, "document")]

    assert sorted(rows) == sorted(f"[{each}.json](delivery/{each}.json)" for each in DOCUMENTS)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Run the commands that make the account and the repository ready, where every command is a stand-in."""
    commands = Commands(tmp_path_factory.mktemp("account"))
    commands.stand_in("aws", Answer("get-caller-identity", f"{ACCOUNT}\n"), Answer("iam"), Answer("s3api"))
    commands.stand_in(
        "gh",
        Answer("repo", "airium/realtime\n"),
        Answer("repos/airium/realtime/actions/oidc/customization/sub", f"{SUBJECT}\n"),
        Answer("user", "583231\n"),
        Answer("api"),
        Answer("variable"),
    )
    commands.stand_in("pulumi", Answer("login"), Answer("stack"))
    (commands.folder / "docs").symlink_to(ROOT / "docs")
    done = commands.run_shell("set -euo pipefail\n" + "\n".join(SETTING_UP))
    assert (done.returncode, done.stderr) == (0, "")
    return commands


def arguments(commands: Commands, name: str, *words: str) -> list[list[str]]:
    return [
        call.arguments
        for call in commands.calls
        if call.name == name and all(word in call.arguments for word in words)
    ]


def after(call: list[str], option: str) -> str:
    return call[call.index(option) + 1]


def test_the_commands_make_the_roles_from_the_documents(ran: Commands) -> None:
    roles = {
        after(each, "--role-name"): json.loads(after(each, "--assume-role-policy-document"))
        for each in arguments(ran, "aws", "create-role")
    }

    assert {
        role: document["Statement"][0]["Condition"]["StringEquals"][f"{OIDC}:sub"]
        for role, document in roles.items()
    } == {
        "airium-realtime-preview": f"{SUBJECT}:pull_request",
        "airium-realtime-deploy-dev": f"{SUBJECT}:environment:dev",
        "airium-realtime-deploy-prod": f"{SUBJECT}:environment:prod",
    }


def test_the_commands_fill_every_policy_in(ran: Commands) -> None:
    put = {
        (after(each, "--role-name"), after(each, "--policy-name")): after(each, "--policy-document")
        for each in arguments(ran, "aws", "put-role-policy")
    }

    roles = {stack: f"airium-realtime-deploy-{stack}" for stack in ("dev", "prod")}
    needed = {
        ("airium-realtime-preview", "preview"): statements("preview"),
        **{(roles[stack], each): statements(each, stack) for stack in roles for each in DEPLOYING},
    }
    found = {which: json.loads(text.replace(STATE, "state")) for which, text in put.items()}
    assert {which: document["Statement"] for which, document in found.items()} == needed


def test_the_commands_make_the_state_and_its_stacks(ran: Commands) -> None:
    asked_of_s3 = [each[1] for each in arguments(ran, "aws", "s3api")]
    pulumi = [(call.arguments, call.environment) for call in ran.calls if call.name == "pulumi"]

    assert asked_of_s3 == ["create-bucket", "put-bucket-versioning", "put-public-access-block"]
    assert [given for given, _ in pulumi] == [
        ["login", f"s3://{STATE}?region={REGION}"],
        ["stack", "init", "dev"],
        ["stack", "init", "prod"],
    ]
    assert {environment["PULUMI_CONFIG_PASSPHRASE"] for _, environment in pulumi} == {""}


def test_the_commands_set_the_variables_where_they_belong(ran: Commands) -> None:
    found = {
        (each[2], after(each, "--env") if "--env" in each else None): after(each, "--body")
        for each in arguments(ran, "gh", "variable", "set")
    }

    assert found == {
        ("PREVIEW_ROLE_ARN", None): f"arn:aws:iam::{ACCOUNT}:role/airium-realtime-preview",
        ("PULUMI_BACKEND_URL", None): f"s3://{STATE}?region={REGION}",
        ("DEPLOY_ROLE_ARN", "dev"): f"arn:aws:iam::{ACCOUNT}:role/airium-realtime-deploy-dev",
        ("DEPLOY_ROLE_ARN", "prod"): f"arn:aws:iam::{ACCOUNT}:role/airium-realtime-deploy-prod",
    }


def test_the_commands_let_tags_alone_into_the_environments_and_prod_after_an_approval(ran: Commands) -> None:
    environments = {
        call.arguments[3].rpartition("/")[2]: json.loads(call.input)
        for call in ran.calls
        if call.name == "gh" and "PUT" in call.arguments
    }
    policies = arguments(ran, "gh", "POST", "name=v*", "type=tag")

    for each in environments.values():
        rule = each.pop("deployment_branch_policy")
        assert rule == {"protected_branches": False, "custom_branch_policies": True}
    assert environments == {"dev": {}, "prod": {"reviewers": [{"type": "User", "id": 583231}]}}
    assert [each[3].split("/")[4] for each in policies] == ["dev", "prod"]


def test_an_older_tag_is_dispatched_with_an_input_that_there_is() -> None:
    (text,) = [text for text in SHELL if "gh workflow" in text]

    fields = re.findall(r"^gh workflow run deploy.yml --ref v[\d.]+ --field (\w+)=true$", text, re.MULTILINE)
    assert fields == list(WORKFLOWS["deploy"][True]["workflow_dispatch"]["inputs"])


def test_the_words_in_capitals_are_those_that_are_filled_in() -> None:
    (filling,) = [text for text in SHELL if "sed -e" in text]
    told = set(re.findall(r"s\|([A-Z]+)\|", filling))

    texts = "".join((FOLDER / f"{each}.json").read_text() for each in DOCUMENTS)
    assert {*re.findall("[A-Z]{5,}", texts)} - {"DELETE", "PATCH"} == told
