"""What the embedded AWS is asked for, to count lines, to raise alarms and to keep a dashboard."""

from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse, HTTPHeaders

from local.cloud import Cloud, UnknownInputError
from local.resources.registry import CREATORS, REMOVERS, Wanted

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
COUNTED = {
    "name": "faults-local",
    "logGroupName": "/aws/lambda/message-local",
    "pattern": '{ $.fault = "server" }',
    "metricTransformation": {"name": "faults", "namespace": "Airium", "value": "1", "unit": "Count"},
}
COMMON = {"name": "errors-local", "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 3.0}


class Asked:
    """An account in which everything succeeds, and what it was asked for."""

    def __init__(self) -> None:
        self.cloud = Cloud("http://127.0.0.1:9", "us-east-1")
        self.requests: list[tuple[str, dict[str, Any]]] = []
        for service in ("logs", "cloudwatch"):
            events = self.cloud.client(service).meta.events
            events.register(f"provide-client-params.{service}", self._ask)
            events.register(f"before-send.{service}", self._answer)

    def create(self, type_: str, **inputs: Any) -> Any:
        wanted = Wanted(type=type_, name="thing", inputs=inputs, root=Path())
        return CREATORS[type_](self.cloud, wanted)

    def _ask(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.requests.append((model.name, params))

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 200, HTTPHeaders(), _Body())


class _Body:
    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [b"{}"]


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_a_count_of_lines_is_put_under_its_name(asked: Asked) -> None:
    asked.create(FILTER, **COUNTED)

    assert asked.requests == [
        (
            "PutMetricFilter",
            {
                "filterName": "faults-local",
                "logGroupName": "/aws/lambda/message-local",
                "filterPattern": '{ $.fault = "server" }',
                "metricTransformations": [
                    {
                        "metricName": "faults",
                        "metricNamespace": "Airium",
                        "metricValue": "1",
                        "unit": "Count",
                    }
                ],
            },
        )
    ]


def test_a_count_of_lines_is_removed_from_its_log_group(asked: Asked) -> None:
    made = asked.create(FILTER, **COUNTED)
    asked.requests.clear()

    REMOVERS[FILTER](asked.cloud, made.id)

    names = {"logGroupName": "/aws/lambda/message-local", "filterName": "faults-local"}
    assert asked.requests == [("DeleteMetricFilter", names)]


def test_an_alarm_has_its_dimensions_as_a_list(asked: Asked) -> None:
    asked.create(
        ALARM, **COMMON, namespace="AWS/Lambda", metricName="Errors", dimensions={"FunctionName": "f"}
    )

    ((_, request),) = asked.requests
    assert request == {
        "AlarmName": "errors-local",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 3,
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
    }


def test_an_alarm_on_an_expression_has_its_metrics_apart_from_their_statistics(asked: Asked) -> None:
    metric = {
        "namespace": "AWS/ApiGateway",
        "metricName": "IntegrationError",
        "dimensions": {"ApiId": "a"},
        "stat": "Sum",
        "period": 300.0,
    }
    queries = [
        {"id": "errors", "metric": metric},
        {"id": "all", "expression": "errors", "label": "all", "returnData": True},
    ]

    asked.create(ALARM, **COMMON, metricQueries=queries)

    ((_, request),) = asked.requests
    assert request["Metrics"] == [
        {
            "Id": "errors",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ApiGateway",
                    "MetricName": "IntegrationError",
                    "Dimensions": [{"Name": "ApiId", "Value": "a"}],
                },
                "Stat": "Sum",
                "Period": 300,
            },
            # AWS returns what nobody says
            "ReturnData": False,
        },
        {"Id": "all", "Expression": "errors", "Label": "all", "ReturnData": True},
    ]
    assert "Dimensions" not in request


def test_a_count_is_told_apart_by_members_of_the_line(asked: Asked) -> None:
    by_code = {"name": "refused", "namespace": "Airium", "value": "1", "dimensions": {"Code": "$.refused"}}

    asked.create(FILTER, **{**COUNTED, "metricTransformation": by_code})

    ((_, request),) = asked.requests
    (transformation,) = request["metricTransformations"]
    assert transformation["dimensions"] == {"Code": "$.refused"}


def test_a_dashboard_is_put_and_removed_by_its_name(asked: Asked) -> None:
    made = asked.create(DASHBOARD, dashboardName="all-local", dashboardBody='{"widgets": []}')
    REMOVERS[DASHBOARD](asked.cloud, made.id)

    assert asked.requests == [
        ("PutDashboard", {"DashboardName": "all-local", "DashboardBody": '{"widgets": []}'}),
        ("DeleteDashboards", {"DashboardNames": ["all-local"]}),
    ]


def test_an_input_that_is_unknown_is_refused(asked: Asked) -> None:
    with pytest.raises(UnknownInputError, match=r"metricTransformations\[0\]\.colour"):
        asked.create(FILTER, **{**COUNTED, "metricTransformation": {"colour": "red"}})
    with pytest.raises(UnknownInputError, match=r"metrics\[0\]\.metricStat\.colour"):
        asked.create(ALARM, **COMMON, metricQueries=[{"id": "a", "metric": {"colour": "red"}}])
