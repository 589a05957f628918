"""Operators can run each command with what the runbook says that it needs, and not without."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from functions.aws.log.event_log import EventLog
from functions.domain.log.events import Cause, event
from functions.domain.log.facts import ActivityRecorded
from local.stackfile import ROOT
from ops.connections.manager import ConnectionManager
from ops.erasure import forgetting
from ops.erasure.planning import plan
from ops.erasure.tables import Clock
from tests.docs.markdown import names, table
from tests.integration.backend import Backend
from tests.integration.gateway import now
from tests.integration.members import Member
from tests.integration.waiting import eventually

OPERATIONS = ROOT / "docs" / "operations.md"
NEW = ("--from", "1h")
ARGUMENTS = {
    "audit --connection": ("audit", "--connection", "{connection}"),
    "state --connection": ("state", "--at", "0m", "--connection", "{connection}"),
    "timeline": ("timeline", "{connection}"),
    "audit --user": ("audit", "--user", "{user}"),
    "state --user": ("state", "--at", "0m", "--user", "{user}"),
    "audit --session": ("audit", "--session", "{session}"),
    "state --session": ("state", "--at", "0m", "--session", "{session}"),
    "audit --type": ("audit", "--type", "ConnectionOpened", *NEW),
    "state --all": ("state", "--at", "0m", "--all"),
    "metrics": ("metrics",),
    "connections": ("connections", "list"),
    "verify": ("verify",),
    "doctor": ("doctor", "--listen", "0", "--json"),
    "rebuild": ("rebuild",),
    "redrive": ("redrive",),
    "forget": ("forget", "--user", "{leaving}", "--yes"),
}
ALIKE = {"tail", "audit --trace"}
"""They read as `audit --type` does."""
WRITING = {"rebuild", "redrive", "forget"}
"""What they write depends on what is wrong: they are tried with all that they may need."""


ASKED_FOR = {"lambda:GetEventSourceMapping": "lambda:ListEventSourceMappings"}
"""What the embedded AWS asks for in place of an action."""


class Need(NamedTuple):
    """One action on one resource."""

    action: str
    resource: str


def told() -> dict[str, list[Need]]:
    """What each command needs, as the runbook says."""
    needs: dict[str, list[Need]] = {}
    for commands, actions, resources in table(OPERATIONS, "command"):
        for command in names(commands):
            found = [Need(action, resource) for action in names(actions) for resource in names(resources)]
            needs.setdefault(command, []).extend(found)
    return needs


class Operator:
    """A user of the account who may do what a test says, and runs commands in a process of their own."""

    def __init__(self, backend: Backend, folder: Path) -> None:
        self._backend = backend
        self._iam = backend.cloud.client("iam")
        self._name = f"operator-{uuid.uuid4().hex[:8]}"
        self._iam.create_user(UserName=self._name)
        key = self._iam.create_access_key(UserName=self._name)["AccessKey"]
        # the backend answers nobody, so it has no queue for texts that were given up
        queue = backend.cloud.client("sqs").create_queue(QueueName="texts-that-were-given-up")["QueueUrl"]
        self._queues = {**backend.outputs.everything, "responder_failure_queue": queue}
        outputs = {**self._queues, "projector_timeout_seconds": 0}
        del outputs["aws_endpoint_url"]  # with it, ops takes the key of the root
        self._outputs = folder / "outputs.json"
        self._outputs.write_text(json.dumps(outputs))
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": backend.outputs.aws_endpoint_url,
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.operating"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )

    def may(self, needs: Sequence[Need]) -> None:
        """Allow this and nothing else."""
        allowed = [
            {
                "Effect": "Allow",
                "Action": ASKED_FOR.get(need.action, need.action),
                "Resource": self._arn(need.resource),
                **_condition(need.resource),
            }
            for need in needs
        ]
        nothing = {"Effect": "Deny", "Action": "none:Nothing", "Resource": "arn:aws:none:::nothing"}
        document = json.dumps({"Version": "2012-10-17", "Statement": allowed or [nothing]})
        self._iam.put_user_policy(UserName=self._name, PolicyName="may", PolicyDocument=document)

    def run(self, arguments: Sequence[str]) -> tuple[int, str]:
        """Run a command, and return its exit code and what it says."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([*arguments, "--outputs", str(self._outputs)]) + "\n")
        self._process.stdin.flush()
        code, said = json.loads(self._process.stdout.readline())
        return code, said

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _arn(self, resource: str) -> str:
        outputs = self._backend.outputs
        name, _, rest = resource.partition("/")
        arn = self._backend.cloud.arn
        if resource == "*":
            return "*"
        if resource == "user-pool":
            return arn("cognito-idp", f"userpool/{outputs.user_pool_id}")
        if resource == "connection-manager":
            return arn("lambda", f"function:{outputs.connection_manager_function}")
        if resource.endswith("failures"):
            queue = self._queues[resource.replace("-failures", "_failure_queue")]
            return arn("sqs", queue.split("/")[-1])
        found = outputs.everything[f"{name}_table"]
        if not rest or name == "claims":
            return arn("dynamodb", f"table/{found}")
        kind = f"/{rest}" if rest.startswith("stream") else f"/index/{rest}"
        return arn("dynamodb", f"table/{found}{kind}")


def _condition(resource: str) -> dict[str, Any]:
    """Return the condition that narrows claims to a kind, as the runbook has it."""
    table, _, keys = resource.partition("/")
    if table != "claims" or not keys:
        return {}
    key = "dynamodb:LeadingKeys"
    return {"Condition": {"ForAllValues:StringLike": {key: [keys]}, "Null": {key: "false"}}}


@pytest.fixture(scope="module")
def operator(cognito_backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    found = Operator(cognito_backend, tmp_path_factory.mktemp("operator"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def values(cognito_backend: Backend) -> dict[str, str]:
    """A connection with its user, session and message, which the read models know."""
    session = f"s-{uuid.uuid4().hex}"
    member = Member.registered(cognito_backend)
    with member.connected(sessionId=session) as client:
        client.text("hello")
        eventually(lambda: cognito_backend.messages(session))
        arrive_earlier(cognito_backend, client.connection_id)
        found = {"connection": client.connection_id, "user": member.subject, "session": session}
    forget(cognito_backend, talked(cognito_backend)[0])
    return {**found, "leaving": talked(cognito_backend)[0]}


def talked(backend: Backend) -> tuple[str, str]:
    """Return a user and a session: somebody has written in it and left, and the read models know."""
    session = f"s-{uuid.uuid4().hex}"
    member = Member.registered(backend)
    with member.connected(sessionId=session) as client:
        client.text(f"I am {member.subject}")
        eventually(lambda: backend.messages(session))
    return member.subject, session


def forget(backend: Backend, user_id: str) -> None:
    """Forget somebody, so that a doctor has whom to look for; nothing is projected that it would wait for."""
    outputs = backend.outputs
    manager = ConnectionManager(backend.deployment.functions, outputs.connection_manager_function)
    planned = plan(backend.deployment, None, user_id, now())
    forgetting.forget(
        backend.deployment, manager, None, planned, "olga", clock=Clock(sleep=lambda _seconds: None)
    )


def arrive_earlier(backend: Backend, connection_id: str) -> None:
    """Append to a connection what a doctor expects to be projected, since it arrived a while ago."""
    opened = backend.events(connection_id)[0]
    cause = Cause(
        connection_id,
        opened.user_id,
        opened.session_id,
        opened.connected_at,
        opened.expires_at,
        opened.at,
        "earlier",
    )
    log = EventLog(backend.deployment.client, backend.outputs.events_table, now=lambda: now() - 120_000)
    log.append(event(cause, ActivityRecorded()))


def works(operator: Operator, command: str, values: dict[str, str]) -> tuple[bool, str]:
    """Tell whether a command does all that it is for; of a doctor, that it can look at everything."""
    code, said = operator.run([each.format(**values) for each in ARGUMENTS[command]])
    return code != 2 and '"unknown"' not in said and "Nothing that fits" not in said, said


def test_the_runbook_has_every_command() -> None:
    assert set(told()) == ARGUMENTS.keys() | ALIKE


@pytest.mark.parametrize("command", ARGUMENTS)
def test_a_command_needs_what_the_runbook_says(
    operator: Operator, values: dict[str, str], command: str
) -> None:
    needs = told()[command]
    operator.may(needs)

    worked, said = works(operator, command, values)

    assert worked, said


@pytest.mark.parametrize("command", sorted(ARGUMENTS.keys() - WRITING))
def test_a_command_needs_all_that_the_runbook_says(
    operator: Operator, values: dict[str, str], command: str
) -> None:
    needs = told()[command]
    needless = []
    for need in needs:
        operator.may([each for each in needs if each != need])
        if works(operator, command, values)[0]:
            needless.append(need)

    assert needless == []


@pytest.mark.parametrize("keys", ["ticket#*", "sessions#*"])
def test_claims_of_another_kind_are_denied(operator: Operator, values: dict[str, str], keys: str) -> None:
    needs = told()["audit --session"]
    others = [each._replace(resource=each.resource.replace("session#*", keys)) for each in needs]
    assert others != needs
    operator.may(others)

    worked, said = works(operator, "audit --session", values)

    assert not worked
    assert "dynamodb:GetItem" in said


def test_a_doctor_that_may_run_everything_is_told_so(operator: Operator, values: dict[str, str]) -> None:
    operator.may([need for needs in told().values() for need in needs])

    _, said = operator.run(ARGUMENTS["doctor"])

    found = [json.loads(line) for line in said.splitlines()]
    assert {each["verdict"] for each in found if each["check"] == "permissions"} == {"fine"}


def test_a_doctor_finds_a_deployed_stack_in_order(operator: Operator, values: dict[str, str]) -> None:
    operator.may(told()["doctor"])

    _, said = operator.run(ARGUMENTS["doctor"])

    found = [json.loads(line) for line in said.splitlines()]
    assert [each for each in found if each["verdict"] in {"wrong", "unknown"}] == []
    assert {each["check"] for each in found} >= {"gateway", "identity", "tickets", "projector", "read models"}


def test_who_was_forgotten_is_named_nowhere_but_in_claims_that_expire_within_a_day(
    operator: Operator, cognito_backend: Backend
) -> None:
    operator.may(told()["forget"])
    names_ = talked(cognito_backend)

    code, said = operator.run(["forget", "--user", names_[0], "--yes", "--json"])

    client, outputs = cognito_backend.deployment.client, cognito_backend.outputs.everything
    naming = [
        (table, item)
        for table in (name for name in outputs if name.endswith("_table"))
        for item in client.scan(TableName=outputs[table], ConsistentRead=True)["Items"]
        if any(name in json.dumps(item) for name in names_)
    ]
    assert code == 0, said
    assert {table for table, _ in naming} <= {"claims_table"}
    assert all(int(item["expires_at"]["N"]) <= now() // 1000 + 86_400 for _, item in naming)


def test_without_any_permission_no_command_works(operator: Operator, values: dict[str, Any]) -> None:
    operator.may([])

    worked = [command for command in ARGUMENTS if works(operator, command, values)[0]]

    assert worked == []
