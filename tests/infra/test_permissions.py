"""Who may do what: each role's permissions equal a list that is written here; `policies` judges the rest."""

import json
from typing import Any

import pytest

from infra.policy import open_ended, without_resources
from tests.infra.program import (
    ACCOUNT,
    REGION,
    STACKS,
    Evaluation,
    Registration,
    archiving,
    evaluated,
    traced,
)

WHERE = f"{REGION}:{ACCOUNT}"
EVENTS = f"arn:aws:dynamodb:{WHERE}:table/airium-websocket-events"
STREAM = f"{EVENTS}/stream/2026-11-23T00:00:00.000"
CLAIMS = f"arn:aws:dynamodb:{WHERE}:table/airium-websocket-claims of "
CONNECTIONS = f"arn:aws:dynamodb:{WHERE}:table/airium-websocket-connections"
FEEDS = f"arn:aws:dynamodb:{WHERE}:table/airium-websocket-feeds"
METRICS = f"arn:aws:dynamodb:{WHERE}:table/airium-websocket-metrics"
MESSAGES = f"arn:aws:dynamodb:{WHERE}:table/airium-websocket-messages"
SESSIONS = f"arn:aws:dynamodb:{WHERE}:table/airium-websocket-sessions"
API = f"arn:aws:execute-api:{WHERE}:api-api-id/prod"
BEDROCK = f"arn:aws:bedrock:{REGION}"
MANAGE = "execute-api:ManageConnections"


def logs(function: str) -> set[tuple[str, str]]:
    group = f"arn:aws:logs:{WHERE}:log-group:/aws/lambda/airium-websocket-{function}:*"
    return {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}


EXPECTED: dict[str, set[tuple[str, str]]] = {
    "authorizer-role": {
        *logs("authorizer"),
        ("dynamodb:Query", FEEDS),
        ("dynamodb:BatchWriteItem", FEEDS),
        (MANAGE, f"{API}/GET/@connections/*"),
        (MANAGE, f"{API}/DELETE/@connections/*"),
        ("dynamodb:DeleteItem", f"{CLAIMS}ticket#*"),
    },
    "ticket-role": {*logs("ticket"), ("dynamodb:PutItem", f"{CLAIMS}ticket#*")},
    "lifecycle-role": {
        *logs("lifecycle"),
        ("dynamodb:PutItem", EVENTS),
        ("dynamodb:PutItem", f"{CLAIMS}session#*"),
        ("dynamodb:BatchWriteItem", FEEDS),
        (MANAGE, f"{API}/POST/@connections/*"),
    },
    "message-role": {
        *logs("message"),
        ("dynamodb:PutItem", EVENTS),
        ("dynamodb:PutItem", f"{CLAIMS}reply#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}texts#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}inflight#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}tokens#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}reply#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}resumes#*"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{WHERE}:function:airium-websocket-responder"),
        (MANAGE, f"{API}/POST/@connections/*"),
        (MANAGE, f"{API}/DELETE/@connections/*"),
    },
    "feed-role": {
        *logs("feed"),
        ("dynamodb:PutItem", EVENTS),
        ("dynamodb:BatchGetItem", EVENTS),
        ("dynamodb:UpdateItem", f"{CLAIMS}resumes#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}histories#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}cancels#*"),
        ("dynamodb:Query", f"{EVENTS}/index/by-user"),
        ("dynamodb:Query", FEEDS),
        ("dynamodb:PutItem", FEEDS),
        ("dynamodb:BatchWriteItem", FEEDS),
        ("dynamodb:BatchGetItem", FEEDS),
        ("dynamodb:Query", f"{SESSIONS}/index/by-activity"),
        ("dynamodb:BatchGetItem", SESSIONS),
        (MANAGE, f"{API}/POST/@connections/*"),
        (MANAGE, f"{API}/DELETE/@connections/*"),
    },
    "responder-role": {
        *logs("responder"),
        ("dynamodb:PutItem", EVENTS),
        ("dynamodb:BatchGetItem", EVENTS),
        ("dynamodb:UpdateItem", f"{CLAIMS}answer#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}inflight#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}tokens#*"),
        ("dynamodb:GetItem", f"{CLAIMS}answer#*"),
        ("dynamodb:Query", FEEDS),
        ("dynamodb:PutItem", FEEDS),
        ("dynamodb:BatchWriteItem", FEEDS),
        ("dynamodb:Query", MESSAGES),
        ("bedrock:InvokeModelWithResponseStream", f"{BEDROCK}::foundation-model/amazon.nova-lite-v1:0"),
        (MANAGE, f"{API}/POST/@connections/*"),
        ("sqs:SendMessage", f"arn:aws:sqs:{WHERE}:airium-websocket-responder-failures"),
    },
    "projector-role": {
        *logs("projector"),
        ("dynamodb:DescribeStream", STREAM),
        ("dynamodb:GetRecords", STREAM),
        ("dynamodb:GetShardIterator", STREAM),
        ("dynamodb:ListStreams", f"{EVENTS}/stream/*"),
        ("dynamodb:Query", EVENTS),
        ("dynamodb:BatchGetItem", CONNECTIONS),
        ("dynamodb:PutItem", CONNECTIONS),
        ("dynamodb:BatchGetItem", MESSAGES),
        ("dynamodb:PutItem", MESSAGES),
        ("dynamodb:BatchGetItem", SESSIONS),
        ("dynamodb:PutItem", SESSIONS),
        ("dynamodb:BatchGetItem", METRICS),
        ("dynamodb:UpdateItem", METRICS),
        ("sqs:SendMessage", f"arn:aws:sqs:{WHERE}:airium-websocket-projector-failures"),
    },
    "connection-manager-role": {
        *logs("connection-manager"),
        ("dynamodb:PutItem", EVENTS),
        ("dynamodb:BatchGetItem", EVENTS),
        ("dynamodb:GetItem", f"{CLAIMS}session#*"),
        ("dynamodb:PutItem", f"{CLAIMS}session#*"),
        ("dynamodb:PutItem", f"{CLAIMS}send#*"),
        ("dynamodb:Query", FEEDS),
        ("dynamodb:PutItem", FEEDS),
        ("dynamodb:BatchWriteItem", FEEDS),
        ("dynamodb:GetItem", CONNECTIONS),
        ("dynamodb:Query", f"{CONNECTIONS}/index/userId-index"),
        ("dynamodb:Query", f"{SESSIONS}/index/by-activity"),
        ("dynamodb:BatchGetItem", SESSIONS),
        ("dynamodb:Query", f"{CONNECTIONS}/index/active-index"),
        (MANAGE, f"{API}/GET/@connections/*"),
        (MANAGE, f"{API}/POST/@connections/*"),
        (MANAGE, f"{API}/DELETE/@connections/*"),
    },
    "sweeper-role": {
        *logs("sweeper"),
        ("dynamodb:PutItem", EVENTS),
        ("dynamodb:BatchGetItem", EVENTS),
        ("dynamodb:Query", f"{EVENTS}/index/by-arrival"),
        ("dynamodb:Query", FEEDS),
        ("dynamodb:PutItem", FEEDS),
        ("dynamodb:BatchWriteItem", FEEDS),
        (MANAGE, f"{API}/POST/@connections/*"),
        ("dynamodb:Query", f"{CONNECTIONS}/index/active-index"),
        (MANAGE, f"{API}/GET/@connections/*"),
        (MANAGE, f"{API}/DELETE/@connections/*"),
        ("dynamodb:GetItem", f"{CLAIMS}answer#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}answer#*"),
        ("dynamodb:UpdateItem", f"{CLAIMS}inflight#*"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{WHERE}:function:airium-websocket-responder"),
        ("sqs:SendMessage", f"arn:aws:sqs:{WHERE}:airium-websocket-sweeper-failures"),
    },
    "sweeper-schedule-role": {
        ("lambda:InvokeFunction", f"arn:aws:lambda:{WHERE}:function:airium-websocket-sweeper"),
        ("sqs:SendMessage", f"arn:aws:sqs:{WHERE}:airium-websocket-sweeper-failures"),
    },
}


BUCKET = "arn:aws:s3:::airium-websocket-archive-1a2b3c"
OF_THE_ARCHIVE: dict[str, set[tuple[str, str]]] = {
    "archiver-role": {
        *logs("archiver"),
        ("dynamodb:Query", f"{EVENTS}/index/by-arrival"),
        ("s3:GetObject", f"{BUCKET}/events/*"),
        ("s3:PutObject", f"{BUCKET}/events/*"),
        ("s3:ListBucket", BUCKET),
        ("sqs:SendMessage", f"arn:aws:sqs:{WHERE}:airium-websocket-archiver-failures"),
    },
    "archiver-schedule-role": {
        ("lambda:InvokeFunction", f"arn:aws:lambda:{WHERE}:function:airium-websocket-archiver"),
        ("sqs:SendMessage", f"arn:aws:sqs:{WHERE}:airium-websocket-archiver-failures"),
    },
}


def policies(evaluation: Evaluation) -> list[Registration]:
    return evaluation.of_type("iam/rolePolicy:RolePolicy")


def statements(policy: Registration) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(policy.inputs["policy"])["Statement"]
    return found


def allowed(evaluation: Evaluation, role: str) -> list[tuple[str, str]]:
    """List what a role may do on what; of a table whose items are narrowed by their keys, on each kind."""
    return [
        (action, f"{resource}{kind}")
        for policy in policies(evaluation)
        if policy.inputs["role"] == role
        for statement in statements(policy)
        for action in statement["Action"]
        for resource in statement["Resource"]
        for kind in kinds(statement)
    ]


def kinds(statement: dict[str, Any]) -> list[str]:
    """List the kinds of items that a statement is for, or what stands for all."""
    if "Condition" not in statement:
        return [""]
    key = "dynamodb:LeadingKeys"
    of_a_kind = statement["Condition"]["ForAllValues:StringLike"][key]
    assert statement["Condition"] == {"ForAllValues:StringLike": {key: of_a_kind}, "Null": {key: "false"}}
    return [f" of {each}" for each in of_a_kind]


@pytest.mark.parametrize("role", EXPECTED)
def test_a_role_may_do_what_its_function_needs_and_nothing_else(role: str) -> None:
    found = allowed(evaluated("prod"), role)

    assert set(found) == EXPECTED[role]
    assert len(found) == len(EXPECTED[role])


@pytest.mark.parametrize("role", EXPECTED | OF_THE_ARCHIVE)
def test_where_there_is_an_archive_its_function_may_fill_it_and_the_others_may_not(role: str) -> None:
    found = allowed(archiving("prod"), role)

    assert set(found) == (EXPECTED | OF_THE_ARCHIVE)[role]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("role", EXPECTED | OF_THE_ARCHIVE)
def test_where_functions_are_traced_each_may_say_so_and_nothing_else_is_added(role: str) -> None:
    telling = {("xray:PutTelemetryRecords", "*"), ("xray:PutTraceSegments", "*")}

    added = set(allowed(traced("prod"), role)) - (EXPECTED | OF_THE_ARCHIVE)[role]

    assert added == (set() if role.endswith("-schedule-role") else telling)


def test_an_authorizer_that_takes_a_clients_word_redeems_nothing() -> None:
    found = allowed(evaluated("local"), "authorizer-role")

    feeds = FEEDS.replace("feeds", "feeds-local")
    assert {each for each in found if each[0].startswith("dynamodb")} == {
        ("dynamodb:Query", feeds),
        ("dynamodb:BatchWriteItem", feeds),
    }


def test_no_other_role_has_a_policy() -> None:
    assert {policy.inputs["role"] for policy in policies(evaluated("prod"))} == set(EXPECTED)
    with_archive = {policy.inputs["role"] for policy in policies(archiving("prod"))}
    assert with_archive == set(EXPECTED | OF_THE_ARCHIVE)


@pytest.mark.parametrize("ending", ["*", "/index/*", "/*"])
def test_an_end_without_a_reason_cannot_be_opened(ending: str) -> None:
    with pytest.raises(KeyError):
        open_ended(EVENTS, ending)


@pytest.mark.parametrize("action", ["dynamodb:PutItem", "xray:GetTraceSummaries"])
def test_no_other_action_is_allowed_on_everything(action: str) -> None:
    with pytest.raises(KeyError, match=action):
        without_resources("xray:PutTraceSegments", action)


@pytest.mark.parametrize("stack", STACKS)
def test_every_policy_is_text(stack: str) -> None:
    fields = [
        each.inputs[field]
        for each in evaluated(stack).registrations
        for field in ("policy", "assumeRolePolicy")
        if field in each.inputs
    ]

    assert {type(each) for each in fields} == {str}


@pytest.mark.parametrize("stack", STACKS)
def test_every_document_allows_in_the_language_of_2012(stack: str) -> None:
    roles = [each.inputs["assumeRolePolicy"] for each in evaluated(stack).of_type(":Role")]
    documents = [
        json.loads(each) for each in (*roles, *(each.inputs["policy"] for each in policies(evaluated(stack))))
    ]

    assert {frozenset(each) for each in documents} == {frozenset({"Version", "Statement"})}
    assert {each["Version"] for each in documents} == {"2012-10-17"}
    assert {statement["Effect"] for each in documents for statement in each["Statement"]} == {"Allow"}
    assumed = [statement["Action"] for each in roles for statement in json.loads(each)["Statement"]]
    assert set(assumed) == {"sts:AssumeRole"}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_failure_queue_takes_nothing_over_plain_http(stack: str) -> None:
    queues = {each.inputs["name"] for each in evaluated(stack).of_type("sqs/queue:Queue")}
    refusals = evaluated(stack).of_type("sqs/queuePolicy:QueuePolicy")

    refused = {
        each.inputs["queueUrl"].rpartition("/")[2]: json.loads(each.inputs["policy"]) for each in refusals
    }
    assert refused == {
        queue: {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sqs:*",
                    "Resource": f"arn:aws:sqs:{WHERE}:{queue}",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }
        for queue in queues
    }


def test_each_function_has_a_role_of_its_own() -> None:
    functions = evaluated("prod").of_type("lambda/function:Function")

    assert len({each.inputs["role"] for each in functions}) == len(functions) == 9


def test_a_role_is_assumed_by_its_service_only() -> None:
    principals = {
        role.name: json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"]["Service"]
        for role in evaluated("prod").of_type(":Role")
    }

    lambdas = {name for name, service in principals.items() if service == "lambda.amazonaws.com"}
    assert lambdas == set(EXPECTED) - {"sweeper-schedule-role"}
    assert principals["sweeper-schedule-role"] == "scheduler.amazonaws.com"
    assert principals["api-logs-role"] == "apigateway.amazonaws.com"


@pytest.mark.parametrize("name", ["sweeper", "archiver"])
def test_the_scheduler_assumes_its_role_for_this_account_only(name: str) -> None:
    role = archiving("prod").named(f"{name}-schedule-role")

    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_an_emulator_is_spoken_to_in_plain_http() -> None:
    assert evaluated("local").of_type("sqs/queuePolicy:QueuePolicy") == []


def test_no_role_has_policies_in_deprecated_arguments() -> None:
    fields = {field for role in evaluated("prod").of_type(":Role") for field in role.inputs}

    assert fields == {"assumeRolePolicy"}


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_but_iam_lets_invoke_the_connection_manager(stack: str) -> None:
    found = evaluated(stack)
    manager = found.named("connection-manager-function").inputs["name"]

    invoked = {each.inputs["function"] for each in found.of_type("lambda/permission:Permission")}
    integrations = [each.inputs.get("integrationUri", "") for each in found.of_type(":Integration")]
    assert invoked
    assert manager not in invoked
    assert not [each for each in integrations if f"function:{manager}/" in each]
    assert found.of_type("lambda/functionUrl:FunctionUrl") == []
