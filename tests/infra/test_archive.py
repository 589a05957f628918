"""The archive: there where it is asked for, private, emptied by age, and read at a bounded price."""

import json
import re
from typing import Any

import pytest

from functions import names
from tests.infra.program import STACKS, Evaluation, archiving, evaluate, evaluated, stack_config

OUTPUTS = {
    "archive_bucket",
    "archive_database",
    "archive_workgroup",
    "archiver_function",
    "archiver_failure_queue",
    "archiver_timeout_seconds",
}
BUCKET = "airium-websocket-archive-1a2b3c"


def inputs(name: str, stack: str = "prod") -> dict[str, Any]:
    return archiving(stack).named(name).inputs


def said(evaluation: Evaluation) -> dict[str, dict[str, Any]]:
    """Return what the engine is asked for, but for code, which is compared by nobody."""
    return {
        each.urn: {name: value for name, value in each.inputs.items() if name != "code"}
        for each in evaluation.registrations
    }


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_keeps_no_archive_unasked(stack: str) -> None:
    kinds = {each.type.split("/")[0] for each in evaluated(stack).registrations}

    assert kinds & {"aws:s3", "aws:glue", "aws:athena"} == set()
    assert evaluated(stack).outputs.keys() & OUTPUTS == set()


@pytest.mark.parametrize("stack", STACKS)
def test_an_archive_adds_to_a_stack_and_changes_nothing_of_it(stack: str) -> None:
    before, after = said(evaluated(stack)), said(archiving(stack))

    assert {urn: after[urn] for urn in before} == before
    assert archiving(stack).outputs.keys() - evaluated(stack).outputs.keys() == OUTPUTS


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_registers_what_the_update_registers(stack: str) -> None:
    preview, update = archiving(stack, preview=True), archiving(stack)

    assert {each.urn for each in preview.registrations} == {each.urn for each in update.registrations}


def test_every_part_of_it_belongs_to_its_component() -> None:
    before = {each.urn for each in evaluated("prod").registrations}
    added = [each for each in archiving("prod").registrations if each.urn not in before]

    assert added
    assert [each.name for each in added if "airium:realtime:" not in each.urn] == []


# --- The function ---------------------------------------------------------------------------------


def test_the_archiver_runs_its_handler_with_what_it_needs_to_know() -> None:
    found = inputs("archiver-function")

    assert found["handler"] == names.ARCHIVER
    assert found["environment"]["variables"] == {
        "EVENTS_TABLE": "airium-websocket-events",
        "ARCHIVE_BUCKET": BUCKET,
        "RETENTION_DAYS": "90",
        "LOG_LEVEL": "INFO",
    }
    assert (found["memorySize"], found["timeout"]) == (1_024, 900)


def test_the_models_of_a_service_are_a_layer_of_who_calls_it_alone() -> None:
    layers = {
        each.name: len(each.inputs["layers"])
        for each in archiving("prod").of_type(":Function")
        if each.custom
    }

    assert layers.pop("archiver-function") == layers.pop("responder-function") == 2
    assert set(layers.values()) == {1}
    made = {each.name: each.inputs["layerName"] for each in archiving("prod").of_type(":LayerVersion")}
    assert made == {
        "dependencies": "airium-websocket-dependencies",
        "responder-models": "airium-websocket-models-bedrock-runtime",
        "archiver-models": "airium-websocket-models-s3",
    }


def test_the_archiver_runs_every_hour_once_the_last_one_is_closed() -> None:
    schedule = inputs("archiver-schedule")

    assert schedule["scheduleExpression"] == "cron(20 * * * ? *)"
    assert schedule["state"] == "ENABLED"
    assert schedule["name"] == "airium-websocket-archiver"
    assert json.loads(schedule["target"]["input"]) == {}


def test_a_run_that_failed_twice_ends_in_a_queue() -> None:
    queue = "arn:aws:sqs:us-east-1:123456789012:airium-websocket-archiver-failures"

    config = inputs("archiver-invocations")
    assert config["maximumRetryAttempts"] == 1
    assert config["destinationConfig"]["onFailure"]["destination"] == queue
    assert inputs("archiver-schedule")["target"]["deadLetterConfig"]["arn"] == queue


@pytest.mark.parametrize("size", [{"timeoutSeconds": "299"}, {"memoryMb": "256"}])
def test_the_archiver_has_time_and_memory_for_an_object(size: dict[str, str]) -> None:
    with pytest.raises(Exception, match="archiver"):
        evaluate("dev", stack_config("dev", functions={"sizes": {"archiver": size}}))


# --- The bucket -----------------------------------------------------------------------------------


def test_the_bucket_keeps_the_public_out() -> None:
    block = inputs("archive-bucket-private")

    assert {name: value for name, value in block.items() if name != "bucket"} == dict.fromkeys(
        ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
    )


def test_objects_are_encrypted_by_a_key_without_a_price() -> None:
    [rule] = inputs("archive-bucket-encrypted")["rules"]

    assert rule == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}


def test_the_bucket_is_spoken_to_over_tls_only_but_in_an_emulator() -> None:
    [statement] = json.loads(inputs("archive-bucket-tls-only")["policy"])["Statement"]

    assert statement == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert archiving("local").of_type(":BucketPolicy") == []


def test_events_are_kept_for_years_and_answers_for_a_day() -> None:
    config = stack_config("dev", archive={"enabled": "true", "years": "7"})

    rules = evaluate("dev", config).named("archive-bucket-ages").inputs["rules"]

    assert {rule["filter"]["prefix"]: rule["expiration"]["days"] for rule in rules} == {
        "events/": 7 * 365,
        "results/": 1,
    }
    assert {rule["status"] for rule in rules} == {"Enabled"}
    assert {rule["abortIncompleteMultipartUpload"]["daysAfterInitiation"] for rule in rules} == {1}


@pytest.mark.parametrize(("stack", "stays"), [("dev", False), ("prod", True)])
def test_the_bucket_stays_where_the_tables_do(stack: str, stays: bool) -> None:  # noqa: FBT001
    bucket = archiving(stack).named("archive-bucket")

    assert (bucket.protect, bucket.retain_on_delete) == (stays, stays)
    assert bucket.inputs["forceDestroy"] is not stays


@pytest.mark.parametrize("stack", ["Dev_1", "prod", "a" * 28, "x-" * 14])
def test_any_stack_has_a_bucket_and_a_database_that_aws_can_name(stack: str) -> None:
    found = evaluate(stack, stack_config("dev", archive={"enabled": "true"}))

    prefix = found.named("archive-bucket").inputs["bucketPrefix"]
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,36}", prefix)
    assert re.fullmatch(r"[a-z0-9_]{1,255}", found.named("archive-catalogue-database").inputs["name"])


# --- The catalogue --------------------------------------------------------------------------------


def test_the_table_computes_its_partitions() -> None:
    table = inputs("archive-catalogue-table")

    assert [key["name"] for key in table["partitionKeys"]] == ["dt"]
    assert table["parameters"] == {
        "projection.enabled": "true",
        "projection.dt.type": "date",
        "projection.dt.format": "yyyy-MM-dd",
        "projection.dt.range": "NOW-37MONTHS,NOW",
        "storage.location.template": f"s3://{BUCKET}/events/dt=${{dt}}/",
    }


def test_the_table_has_the_columns_of_a_line() -> None:
    storage = inputs("archive-catalogue-table")["storageDescriptor"]

    columns = {each["name"]: each["type"] for each in storage["columns"]}
    assert columns == names.ARCHIVE_COLUMNS
    assert storage["location"] == f"s3://{BUCKET}/events/"
    assert storage["serDeInfo"]["serializationLibrary"] == "org.openx.data.jsonserde.JsonSerDe"


def test_a_query_reads_no_more_than_the_workgroup_allows_and_answers_where_it_says() -> None:
    configuration = inputs("archive-catalogue-workgroup")["configuration"]

    assert configuration["enforceWorkgroupConfiguration"] is True
    assert configuration["bytesScannedCutoffPerQuery"] == 100 * 1024**3
    assert configuration["publishCloudwatchMetricsEnabled"] is False
    assert configuration["resultConfiguration"]["outputLocation"] == f"s3://{BUCKET}/results/"
    assert configuration["resultConfiguration"]["encryptionConfiguration"] == {"encryptionOption": "SSE_S3"}
