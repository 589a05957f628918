"""The responder: which model it may ask, what it fails into, and what is different where nobody answers."""

import json
from typing import Any

import pytest

from infra.policy import in_any_region
from tests.infra.program import ACCOUNT, REGION, Evaluation, evaluate, evaluated, stack_config

STREAM = "bedrock:InvokeModelWithResponseStream"
HERE = f"arn:aws:bedrock:{REGION}"
NOVA = "amazon.nova-lite-v1:0"
EMULATOR = {"identity": "query", "endpoint": "http://127.0.0.1:4566"}


def answering(**ai: object) -> Evaluation:
    return evaluate("dev", stack_config("dev", ai=ai))


def asked(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Return what the responder may do at Bedrock."""
    (policy,) = [each for each in evaluation.registrations if each.name == "responder-may-ask-the-model"]
    statements: list[dict[str, Any]] = json.loads(policy.inputs["policy"])["Statement"]
    return [(action, arn) for each in statements for action in each["Action"] for arn in each["Resource"]]


@pytest.mark.parametrize(
    ("model", "resources"),
    [
        (NOVA, [f"{HERE}::foundation-model/{NOVA}"]),
        (f"{HERE}::foundation-model/{NOVA}", [f"{HERE}::foundation-model/{NOVA}"]),
        (
            f"{HERE}:{ACCOUNT}:custom-model-deployment/abc123",
            [f"{HERE}:{ACCOUNT}:custom-model-deployment/abc123"],
        ),
        (
            f"us.{NOVA}",
            [f"{HERE}:{ACCOUNT}:inference-profile/us.{NOVA}", f"arn:aws:bedrock:*::foundation-model/{NOVA}"],
        ),
        (
            f"{HERE}:{ACCOUNT}:inference-profile/global.{NOVA}",
            [
                f"{HERE}:{ACCOUNT}:inference-profile/global.{NOVA}",
                f"arn:aws:bedrock:*::foundation-model/{NOVA}",
            ],
        ),
        ("ai21.jamba-1-5-mini-v1:0", [f"{HERE}::foundation-model/ai21.jamba-1-5-mini-v1:0"]),
    ],
)
def test_the_model_of_the_settings_may_be_asked_and_no_other(model: str, resources: list[str]) -> None:
    assert asked(answering(model=model)) == [(STREAM, resource) for resource in resources]


@pytest.mark.parametrize("guardrail", ["gr1", f"{HERE}:{ACCOUNT}:guardrail/gr1"])
def test_a_guardrail_may_be_applied_where_there_is_one(guardrail: str) -> None:
    found = asked(answering(guardrail={"id": guardrail, "version": "1"}))

    assert found == [
        (STREAM, f"{HERE}::foundation-model/{NOVA}"),
        ("bedrock:ApplyGuardrail", f"{HERE}:{ACCOUNT}:guardrail/gr1"),
    ]


def test_an_emulator_asks_for_an_action_of_its_own() -> None:
    found = asked(evaluate("dev", stack_config("dev", **EMULATOR)))

    assert found == [("bedrock:ConverseStream", f"{HERE}::foundation-model/{NOVA}")]


def test_a_script_asks_nobody() -> None:
    local = evaluated("local")

    assert [each.name for each in local.registrations if "ask-the-model" in each.name] == []
    assert [each.name for each in local.of_type(":LayerVersion") if "models" in each.name] == []


def test_what_fails_three_times_is_kept() -> None:
    invocations = evaluated("prod").named("responder-invocations").inputs
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:airium-websocket-responder-failures"

    assert invocations["functionName"] == "airium-websocket-responder"
    assert invocations["destinationConfig"] == {"onFailure": {"destination": queue}}
    assert (invocations["maximumRetryAttempts"], invocations["maximumEventAgeInSeconds"]) == (2, 600)


def test_where_nobody_answers_the_function_of_the_feeds_delivers() -> None:
    silent = answering(enabled="false")

    message = silent.named("message-function").inputs["environment"]["variables"]
    assert message["DELIVERING_FUNCTION"] == "airium-websocket-feed-dev"
    assert [each.name for each in silent.registrations if each.name.startswith("responder")] == []
    sweeper = silent.named("sweeper-function").inputs["environment"]["variables"]
    feed = silent.named("feed-function").inputs["environment"]["variables"]
    assert "REPEATS_PER_MINUTE" not in message
    assert not {"ANSWERING_SECONDS", "DELIVERING_FUNCTION"} & sweeper.keys()
    assert "PENDING_SECONDS" not in feed
    assert "responder_function" not in silent.outputs


def test_where_texts_are_answered_the_responder_delivers() -> None:
    message = evaluated("prod").named("message-function").inputs["environment"]["variables"]

    assert message["DELIVERING_FUNCTION"] == "airium-websocket-responder"
    assert message["LAMBDA_ENDPOINT"] == "https://lambda.us-east-1.amazonaws.com"


def test_the_most_invocations_at_a_time_are_a_setting() -> None:
    sizes = {"sizes": {"responder": {"reservedConcurrency": "7"}}}

    found = evaluate("dev", stack_config("dev", functions=sizes)).named("responder-function").inputs

    assert found["reservedConcurrentExecutions"] == 7


@pytest.mark.parametrize(("service", "kind"), [("s3", ""), ("bedrock", "inference-profile/")])
def test_nothing_else_may_be_in_any_region(service: str, kind: str) -> None:
    with pytest.raises(KeyError):
        in_any_region(service, kind, "x")
