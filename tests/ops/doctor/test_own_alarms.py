"""The doctor knows the alarms that the program makes from those of another stack."""

from typing import Any

import msgspec
import pytest

from ops.deployment import Deployment, Outputs
from ops.doctor.alarms import alarms
from ops.doctor.findings import Verdict
from ops.doctor.stack import Patient
from tests.infra.program import Evaluation, evaluate, stack_config
from tests.ops.doctor.test_checks import Service


def made(stack: str) -> Evaluation:
    on = {"enabled": "true"}
    return evaluate(stack, stack_config(stack, alarms=on, archive=on))


def metric(inputs: dict[str, Any]) -> dict[str, Any]:
    dimensions = inputs.get("dimensions") or {}
    return {
        "MetricName": inputs.get("metricName", ""),
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }


def described(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the alarms of an evaluation as CloudWatch describes them, all of them ringing."""
    found = [each.inputs for each in evaluation.registrations if each.type.endswith("MetricAlarm")]
    return [
        {
            **metric(each),
            "AlarmName": each["name"],
            "StateValue": "ALARM",
            "Metrics": [
                {"MetricStat": {"Metric": metric(query["metric"])}}
                for query in each.get("metricQueries") or []
                if query.get("metric")
            ],
        }
        for each in found
    ]


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_all_alarms_of_a_stack_are_its_own_and_none_of_another_is(stack: str) -> None:
    evaluation, other = made(stack), made("prod" if stack == "dev" else "dev")
    told = {**evaluation.outputs, "retention_days": 90, "projector_timeout_seconds": 60}
    patient = Patient(Deployment(msgspec.convert(told, Outputs, strict=False)))
    ringing = described(evaluation)
    patient.clients["cloudwatch"] = Service(
        describe_alarms={"MetricAlarms": [*ringing, *with_other_ids(described(other))]}
    )

    found = [each for each in alarms(patient) if each.verdict is Verdict.WRONG]

    assert len(ringing) > 20
    assert {each.what.partition(":")[0] for each in found} == {each["AlarmName"] for each in ringing}


def with_other_ids(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return alarms as of APIs with other ids: under the mocks all stacks have the same."""
    text = msgspec.json.encode(found).decode()
    return list(msgspec.json.decode(text.replace("api-api-id", "other").replace("tickets-api-id", "another")))
