"""The functions: what each is, runs and knows, and how the projector and the sweeper are driven."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions import names
from infra.functions.code import dependency_layer, function_code
from infra.naming import Naming
from infra.settings.settings import LayerTarget
from tests.infra.program import ROOT, STACKS, archiving, evaluate, evaluated, stack_config, traced

LOG = {"EVENTS_TABLE", "CLAIMS_TABLE", "MANAGEMENT_ENDPOINT", "RETENTION_DAYS", "LOG_LEVEL"}
MANAGER = {"EVENTS_TABLE", "CONNECTIONS_TABLE", "MANAGEMENT_ENDPOINT", "RETENTION_DAYS", "LOG_LEVEL"}
COUNTED = {"FEEDS_TABLE", "MANAGEMENT_ENDPOINT", "CONNECTIONS_PER_USER", "RETENTION_DAYS", "LOG_LEVEL"}
TOKENS = {"ISSUER", "CLIENT_IDS", "IDENTITY_USE", "JWKS_URL"}
COUNTED_IN_A_MINUTE = {"TEXTS_PER_MINUTE", "TEXT_BYTES_PER_MINUTE", "VOICE_SESSIONS_PER_MINUTE"}
RESERVED = {"REPLIES_IN_FLIGHT", "TOKENS_PER_DAY", "TOKENS_BESIDE_QUESTION"}
INVOKING = {"DELIVERING_FUNCTION", "LAMBDA_ENDPOINT"}
ANSWERING = {"ENGINE", "MODEL", "MAX_TOKENS", "HISTORY_TURNS", "HISTORY_TOKENS"}
EXPECTED = {
    "authorizer": (names.AUTHORIZER, {*COUNTED, *TOKENS, "CLAIMS_TABLE"}),
    "ticket": (names.TICKET, {"CLAIMS_TABLE", "IDENTITY_USE", "LOG_LEVEL"}),
    "lifecycle": (names.LIFECYCLE, {*LOG, "FEEDS_TABLE"}),
    "message": (
        names.MESSAGE,
        {*LOG, *COUNTED_IN_A_MINUTE, *INVOKING, *RESERVED, "REPEATS_PER_MINUTE"},
    ),
    "feed": (
        names.FEED,
        {
            *LOG,
            "FEEDS_TABLE",
            "RESUMES_PER_MINUTE",
            "HISTORIES_PER_MINUTE",
            "CANCELS_PER_MINUTE",
            "SESSIONS_TABLE",
            "FEED_WINDOW_SECONDS",
            "PENDING_SECONDS",
        },
    ),
    "responder": (
        names.RESPONDER,
        {*LOG, *ANSWERING, "FEEDS_TABLE", "MESSAGES_TABLE", "TOKENS_BESIDE_QUESTION"} - {"RETENTION_DAYS"},
    ),
    "projector": (
        names.PROJECTOR,
        {
            "EVENTS_TABLE",
            "CONNECTIONS_TABLE",
            "METRICS_TABLE",
            "MESSAGES_TABLE",
            "SESSIONS_TABLE",
            "LOG_LEVEL",
        },
    ),
    "connection-manager": (
        names.CONNECTION_MANAGER,
        {*MANAGER, "CLAIMS_TABLE", "FEEDS_TABLE", "SESSIONS_TABLE"},
    ),
    "sweeper": (
        names.SWEEPER,
        {*MANAGER, *INVOKING, "CLAIMS_TABLE", "FEEDS_TABLE", "ANSWERING_SECONDS"},
    ),
}


def function(name: str, stack: str = "prod") -> dict[str, Any]:
    return evaluated(stack).named(f"{name}-function").inputs


def only(kind: str, stack: str = "prod") -> dict[str, Any]:
    (found,) = evaluated(stack).of_type(kind)
    return found.inputs


@pytest.mark.parametrize("name", EXPECTED)
def test_a_function_runs_its_handler_with_the_variables_it_needs(name: str) -> None:
    handler, variables = EXPECTED[name]

    assert function(name)["name"] == f"airium-websocket-{name}"
    assert function(name)["handler"] == handler
    assert set(function(name)["environment"]["variables"]) == variables


@pytest.mark.parametrize("name", EXPECTED)
def test_a_function_runs_on_the_same_platform_as_the_others(name: str) -> None:
    found = function(name)

    assert found["runtime"] == "python3.13"
    assert found["architectures"] == ["arm64"]
    dependencies, *models = found["layers"]
    assert dependencies == "arn:aws:lambda:us-east-1:123456789012:layer:airium-websocket-dependencies:1"
    assert len(models) == (name == "responder")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_function_logs_json_into_a_group_of_its_own_that_expires(name: str) -> None:
    group = evaluated("prod").named(f"{name}-logs").inputs

    config = function(name)["loggingConfig"]
    assert config["logFormat"] == "JSON"
    assert config["logGroup"] == group["name"] == f"/aws/lambda/airium-websocket-{name}"
    assert group["retentionInDays"] == 30


@pytest.mark.parametrize(("stack", "level"), [("dev", "INFO"), ("prod", "INFO"), ("local", "DEBUG")])
def test_lambda_and_the_function_agree_on_the_log_level(stack: str, level: str) -> None:
    found = function("message", stack)

    assert found["environment"]["variables"]["LOG_LEVEL"] == level
    assert found["loggingConfig"]["applicationLogLevel"] == level


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_lambda_writes_no_lines_of_its_own_for_each_invocation(name: str, stack: str) -> None:
    assert function(name, stack)["loggingConfig"]["systemLogLevel"] == "WARN"


def test_a_function_behind_the_gateway_ends_before_the_gateway_gives_up() -> None:
    timeouts = [
        function(name)["timeout"] for name in ("authorizer", "ticket", "lifecycle", "message", "feed")
    ]

    assert max(timeouts) <= 29


def test_sizes_are_settings_of_which_each_may_be_given_alone() -> None:
    config = stack_config("dev", functions={"sizes": {"message": {"memoryMb": "1024"}}})

    found = evaluate("dev", config).named("message-function").inputs

    assert (found["memorySize"], found["timeout"]) == (1_024, 15)


@pytest.mark.parametrize("stack", STACKS)
def test_no_function_reserves_concurrency_unasked(stack: str) -> None:
    functions = evaluated(stack).of_type("lambda/function:Function")

    assert [each.name for each in functions if "reservedConcurrentExecutions" in each.inputs] == []


def test_reserved_concurrency_is_a_setting() -> None:
    config = stack_config("dev", functions={"sizes": {"message": {"reservedConcurrency": "40"}}})

    found = evaluate("dev", config).named("message-function").inputs

    assert found["reservedConcurrentExecutions"] == 40


@pytest.mark.parametrize("stack", STACKS)
def test_no_function_is_traced_unasked(stack: str) -> None:
    functions = archiving(stack).of_type("lambda/function:Function")

    # left out, the mode of an earlier update would stay
    assert {json.dumps(each.inputs["tracingConfig"]) for each in functions} == {'{"mode": "PassThrough"}'}
    assert [each for each in archiving(stack).registrations if "xray:" in str(each.inputs)] == []


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_where_it_is_asked_for_every_function_is_traced_and_may_say_so_first(stack: str) -> None:
    functions = traced(stack).of_type("lambda/function:Function")
    grants = {each.urn: each.name for each in traced(stack).of_type("iam/rolePolicy:RolePolicy")}

    assert len(functions) == 10
    assert {each.inputs["tracingConfig"]["mode"] for each in functions} == {"Active"}
    for each in functions:
        name = each.name.removesuffix("-function")
        assert f"{name}-may-trace" in {grants.get(urn) for urn in each.waits_for}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_retention_reaches_every_function_that_decides_on_it(name: str) -> None:
    variables = function(name)["environment"]["variables"]

    # a ticket expires by itself within a minute, and what the projector writes with what it is made of
    silent = name in {"projector", "responder", "ticket"}
    assert variables.get("RETENTION_DAYS") == (None if silent else "90")


def test_the_code_is_the_sources_of_the_package_and_nothing_else() -> None:
    assets = function_code().assets

    paths = list(assets)
    assert paths == sorted(paths)
    assert "functions/names.py" in paths
    assert {path.split("/")[0] for path in paths} == {"functions"}
    assert {path.rpartition(".")[2] for path in paths} == {"py"}
    assert set(paths) == {str(path.relative_to(ROOT)) for path in (ROOT / "functions").rglob("*.py")}


@pytest.mark.parametrize("path", sorted(handler for handler, _ in EXPECTED.values()))
def test_handlers_are_named_by_a_path_into_the_package(path: str) -> None:
    assert path.startswith("functions.handlers.")
    assert path.endswith(".handler")


@pytest.mark.parametrize(
    ("target", "architectures"), [(LayerTarget.ARM64, ["arm64"]), (LayerTarget.HOST, None)]
)
def test_the_layer_is_what_was_built_for_its_target_and_says_so(
    target: LayerTarget, architectures: list[str] | None
) -> None:
    def program() -> None:
        dependency_layer(
            "dependencies", Naming("dev"), target, build=lambda built, _lock: Path("/layers") / built.value
        )

    found = evaluate("dev", {}, program).named("dependencies").inputs

    assert found["code"].path == f"/layers/{target.value}"
    assert found["compatibleRuntimes"] == ["python3.13"]
    assert found.get("compatibleArchitectures") == architectures


@pytest.mark.parametrize("stack", STACKS)
def test_the_projector_reads_all_inserted_events_from_the_beginning(stack: str) -> None:
    mapping = only("lambda/eventSourceMapping:EventSourceMapping", stack)

    (pattern,) = mapping["filterCriteria"]["filters"]
    assert mapping["eventSourceArn"].endswith("/stream/2026-11-23T00:00:00.000")
    assert mapping["startingPosition"] == "TRIM_HORIZON"
    assert json.loads(pattern["pattern"]) == {"eventName": ["INSERT"]}


@pytest.mark.parametrize("stack", STACKS)
def test_the_projector_gets_large_batches_at_once_one_at_a_time(stack: str) -> None:
    mapping = only("lambda/eventSourceMapping:EventSourceMapping", stack)

    assert mapping["batchSize"] == 1_000
    assert mapping["maximumBatchingWindowInSeconds"] == 0
    assert mapping["parallelizationFactor"] == 1


@pytest.mark.parametrize("stack", STACKS)
def test_a_poison_record_ends_in_the_failure_queue(stack: str) -> None:
    mapping = only("lambda/eventSourceMapping:EventSourceMapping", stack)
    queue = evaluated(stack).named("projector-failures-queue").inputs["name"]

    assert 0 <= mapping["maximumRetryAttempts"] < 100
    assert 60 <= mapping["maximumRecordAgeInSeconds"] < 86_400
    assert mapping["bisectBatchOnFunctionError"] is True
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    destination = mapping["destinationConfig"]["onFailure"]["destinationArn"]
    assert destination == f"arn:aws:sqs:us-east-1:123456789012:{queue}"


def test_the_mapping_is_made_after_the_grants_that_aws_checks() -> None:
    (mapping,) = evaluated("prod").of_type("lambda/eventSourceMapping:EventSourceMapping")

    grants = {each.urn for each in evaluated("prod").registrations if "projector-may-" in each.name}
    assert len(grants) == 5
    assert grants <= mapping.dependencies


@pytest.mark.parametrize("stack", STACKS)
def test_failure_queues_are_encrypted_and_keep_for_14_days(stack: str) -> None:
    queues = evaluated(stack).of_type("sqs/queue:Queue")

    assert {each.inputs["sqsManagedSseEnabled"] for each in queues} == {True}
    assert {each.inputs["messageRetentionSeconds"] for each in queues} == {14 * 86_400}


def test_the_sweeper_runs_every_five_minutes_at_the_scheduled_time() -> None:
    schedule = only("scheduler/schedule:Schedule")

    assert schedule["state"] == "ENABLED"
    assert schedule["scheduleExpression"] == "rate(5 minutes)"
    assert schedule["flexibleTimeWindow"] == {"mode": "OFF"}
    assert json.loads(schedule["target"]["input"]) == {
        "time": "<aws.scheduler.scheduled-time>",
        "idleSeconds": 3_600,
        "everyMinutes": 5,
    }


def test_the_schedule_runs_the_sweeper_with_a_role_of_its_own() -> None:
    target = only("scheduler/schedule:Schedule")["target"]

    assert target["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:airium-websocket-sweeper"
    assert target["roleArn"] == "arn:aws:iam::123456789012:role/sweeper-schedule-role"


def test_a_run_that_failed_is_kept() -> None:
    queue = "arn:aws:sqs:us-east-1:123456789012:airium-websocket-sweeper-failures"
    target = only("scheduler/schedule:Schedule")["target"]
    invocations = evaluated("prod").named("sweeper-invocations").inputs

    assert target["deadLetterConfig"] == {"arn": queue}
    assert target["retryPolicy"] == {"maximumRetryAttempts": 2, "maximumEventAgeInSeconds": 300}
    assert invocations["functionName"] == "airium-websocket-sweeper"
    assert invocations["destinationConfig"] == {"onFailure": {"destination": queue}}
    assert invocations["maximumRetryAttempts"] == 1
    assert invocations["maximumEventAgeInSeconds"] == 300


def test_the_sweepers_destination_is_set_after_its_grant() -> None:
    config = evaluated("prod").named("sweeper-invocations")

    assert evaluated("prod").named("sweeper-may-send-failures").urn in config.dependencies


@pytest.mark.parametrize(
    ("settings", "expression", "state"),
    [
        ({"everyMinutes": "1"}, "rate(1 minute)", "ENABLED"),
        ({"everyMinutes": "10", "enabled": "false"}, "rate(10 minutes)", "DISABLED"),
    ],
)
def test_the_schedule_is_a_setting(settings: dict[str, str], expression: str, state: str) -> None:
    silent = {"enabled": "false"}
    (schedule,) = evaluate("dev", stack_config("dev", ai=silent, sweeper=settings)).of_type(":Schedule")

    assert schedule.inputs["scheduleExpression"] == expression
    assert schedule.inputs["state"] == state
