"""What the roles may that review and deliver: what the program's resources need, and nothing else."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from tests.docs.delivery import DEPLOYING, FOLDER, OIDC, SUBJECT, Need, actions, allowed, statements
from tests.docs.markdown import ROOT, names, table
from tests.docs.provider import NEEDS, made
from tests.infra.program import ACCOUNT, REGION, evaluate, stack_config

ROLE_MOST = 10_240
"""Characters, without white space, that all policies in a role may have together."""
ARNS = {
    "dynamodb/table:Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "lambda/function:Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "lambda/layerVersion:LayerVersion": "arn:aws:lambda:{region}:{account}:layer:{name}:1",
    "sqs/queue:Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "scheduler/schedule:Schedule": "arn:aws:scheduler:{region}:{account}:schedule/default/{name}",
    "cloudwatch/logGroup:LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "cloudwatch/metricAlarm:MetricAlarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    "cloudwatch/dashboard:Dashboard": "arn:aws:cloudwatch::{account}:dashboard/{name}",
    "s3/bucket:Bucket": "arn:aws:s3:::{name}1a2b3c",
    "glue/catalogDatabase:CatalogDatabase": "arn:aws:glue:{region}:{account}:database/{name}",
    "athena/workgroup:Workgroup": "arn:aws:athena:{region}:{account}:workgroup/{name}",
    "iam/role:Role": "arn:aws:iam::{account}:role/{name}-1a2b3c4",
}


def named(stack: str) -> Iterator[tuple[str, str]]:
    """Yield the type and the ARN of each resource of a stack that has a name."""
    on = {"enabled": "true"}
    config = stack_config(stack, alarms=on, archive=on, dashboard="true")
    for each in evaluate(stack, config).registrations:
        pattern = ARNS.get(each.type.removeprefix("aws:"))
        if pattern is not None:
            inputs = each.inputs
            kinds = ("name", "layerName", "bucketPrefix", "dashboardName")
            name = next((inputs[kind] for kind in kinds if kind in inputs), each.name)
            yield each.type, pattern.format(region=REGION, account=ACCOUNT, name=name)


def test_each_type_of_resource_says_what_it_needs() -> None:
    assert made() == set(NEEDS)


def test_a_deployment_may_what_the_resources_need_and_nothing_else() -> None:
    needed = set().union(*NEEDS.values())

    assert actions("deploy", "deploy-archive") == needed


def test_without_an_archive_a_deployment_needs_no_more_than_one_document() -> None:
    archive = {name for name in NEEDS if name.partition(".")[0] in {"s3", "glue", "athena"}}

    assert actions("deploy") == set().union(*(NEEDS[name] for name in set(NEEDS) - archive))
    assert actions("deploy-archive") == set().union(*(NEEDS[name] for name in archive))


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_names_of_a_stack_are_among_those_that_a_deployment_may_make(stack: str) -> None:
    makes = {
        "Role": "iam:CreateRole",
        "LayerVersion": "lambda:DeleteLayerVersion",
        "Queue": "sqs:CreateQueue",
        "MetricAlarm": "cloudwatch:PutMetricAlarm",
        "Dashboard": "cloudwatch:PutDashboard",
        "CatalogDatabase": "glue:CreateDatabase",
        "Workgroup": "athena:CreateWorkGroup",
        "Table": "dynamodb:CreateTable",
        "Function": "lambda:CreateFunction",
        "Schedule": "scheduler:CreateSchedule",
        "LogGroup": "logs:CreateLogGroup",
        "Bucket": "s3:CreateBucket",
    }

    found = [Need(makes[type_.rpartition(":")[2]], arn) for type_, arn in named(stack)]
    assert len(found) > 50
    assert [each for each in found if not allowed(each, "deploy", "deploy-archive")] == []


@pytest.mark.parametrize("role", ["preview", "deploy-dev", "deploy-prod"])
def test_no_role_can_be_changed_that_was_made_by_hand(role: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/airium-realtime-{role}"

    changing = [each for each in actions("deploy") if each.startswith("iam:")]
    assert len(changing) > 10
    assert [each for each in changing if allowed(Need(each, arn), "deploy")] == []


def test_roles_are_given_to_services_of_the_program_alone() -> None:
    (passing,) = [found for found in statements("deploy") if "iam:PassRole" in found["Action"]]

    trusted = {
        re.findall(r'"Service": "([^"]+)"', each.inputs["assumeRolePolicy"])[0]
        for each in evaluate("prod", stack_config("prod", archive={"enabled": "true"})).of_type(":Role")
    }
    assert set(passing["Condition"]["StringEquals"]["iam:PassedToService"]) == trusted


def test_a_preview_reads_the_states_and_nothing_else() -> None:
    assert [(found["Action"], found["Resource"]) for found in statements("preview")] == [
        (["s3:ListBucket"], ["arn:aws:s3:::state"]),
        (["s3:GetObject"], ["arn:aws:s3:::state/.pulumi/*"]),
    ]


@pytest.mark.parametrize(("stack", "other"), [("dev", "prod"), ("prod", "dev")])
def test_a_deployment_writes_the_state_of_its_own_stack(stack: str, other: str) -> None:
    def writes(which: str) -> list[bool]:
        files = [
            f"stacks/airium-realtime/{which}.json",
            f"stacks/airium-realtime/{which}.json.bak",
            f"history/airium-realtime/{which}/{which}-1.history.json",
            f"backups/airium-realtime/{which}/{which}.1.json",
            f"locks/organization/airium-realtime/{which}/1.json",
        ]
        (found,) = [each for each in statements("deploy-state", stack) if "s3:PutObject" in each["Action"]]
        arns = [f"arn:aws:s3:::state/.pulumi/{file}" for file in files]
        return [any(fnmatchcase(arn, each) for each in found["Resource"]) for arn in arns]

    assert all(writes(stack))
    assert not any(writes(other))


def test_the_doctor_may_what_the_runbook_says_that_it_needs() -> None:
    patterns = {
        "projector-failures": "arn:aws:sqs:{region}:{account}:airium-websocket-projector-failures",
        "sweeper-failures": "arn:aws:sqs:{region}:{account}:airium-websocket-sweeper-failures",
        "responder-failures": "arn:aws:sqs:{region}:{account}:airium-websocket-responder-failures",
        "user-pool": "arn:aws:cognito-idp:{region}:{account}:userpool/one",
        "*": "*",
    }

    def arn(resource: str) -> str:
        name, _, index = resource.partition("/")
        suffix = f"/index/{index}" if index else ""
        tables = "arn:aws:dynamodb:{region}:{account}:table/airium-websocket-" + name + suffix
        return patterns.get(resource, tables).format(region=REGION, account=ACCOUNT)

    needs = [
        Need(action, arn(resource))
        for commands, actions_, resources in table(ROOT / "docs" / "operations.md", "command")
        for action in names(actions_)
        for resource in names(resources)
        if names(commands) == ["doctor"]
    ]
    archive = [
        Need("s3:ListBucket", "arn:aws:s3:::airium-websocket-archive-1a2b3c"),
        Need("s3:GetObject", "arn:aws:s3:::airium-websocket-archive-1a2b3c/events/_watermark.json"),
    ]
    assert [each for each in [*needs, *archive] if not allowed(each, "doctor")] == []
    assert {each.action for each in [*needs, *archive]} == actions("doctor")


@pytest.mark.parametrize(
    ("document", "claims"),
    [
        ("trust-preview", {"sub": f"{SUBJECT}:pull_request"}),
        ("trust-deploy", {"sub": f"{SUBJECT}:environment:prod", "ref": "refs/tags/v*"}),
    ],
)
def test_a_role_trusts_this_repository_and_nobody_else(document: str, claims: dict[str, str]) -> None:
    (found,) = statements(document)

    conditions = {
        f"{operator} {key}": value
        for operator, keys in found["Condition"].items()
        for key, value in keys.items()
    }
    assert found["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{OIDC}"}
    assert conditions == {
        f"StringEquals {OIDC}:aud": "sts.amazonaws.com",
        f"StringEquals {OIDC}:sub": claims["sub"],
    } | ({f"StringLike {OIDC}:ref": claims["ref"]} if "ref" in claims else {})


def test_the_policies_of_a_role_fit_into_it() -> None:
    texts = [(FOLDER / f"{each}.json").read_text() for each in DEPLOYING]

    assert sum(len(re.sub(r"\s", "", text)) for text in texts) <= ROLE_MOST
