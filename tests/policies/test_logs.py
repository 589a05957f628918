import json

import pytest

from infra.gateway.gateway_logs import ACCESS_LOG_FORMAT
from policies.resources import UNKNOWN, Resource
from tests.policies.judging import FUNCTION, GROUP, STAGE, breaches

OWN = Resource(GROUP, {"name": "/own"})


def function(group: object, urn: str = "one") -> Resource:
    return Resource(FUNCTION, {"loggingConfig": {"logGroup": group}}, urn=urn)


def stage(line: object) -> Resource:
    return Resource(STAGE, {"accessLogSettings": {"format": line}})


@pytest.mark.parametrize("properties", [{}, {"retentionInDays": 0}])
def test_a_log_that_is_kept_for_ever_is_reported(properties: dict[str, int]) -> None:
    assert breaches("logs-expire", Resource(GROUP, properties)) == ["keeps its lines for ever"]


@pytest.mark.parametrize("days", [1, 30, UNKNOWN])
def test_a_log_that_expires_is_not_reported(days: object) -> None:
    assert breaches("logs-expire", Resource(GROUP, {"retentionInDays": days})) == []


def test_a_function_without_a_log_group_is_reported() -> None:
    found = breaches("functions-have-their-own-log", OWN, Resource(FUNCTION, {}))

    assert found == ["logs to the group that Lambda makes, which keeps lines for ever"]


def test_a_function_with_a_log_group_of_others_is_reported() -> None:
    assert breaches("functions-have-their-own-log", OWN, function("/others")) == ["logs to /others"]


def test_functions_that_share_a_log_group_are_reported() -> None:
    found = breaches("functions-have-their-own-log", OWN, function("/own"), function("/own", "two"))

    assert found == ["shares /own with another function"] * 2


@pytest.mark.parametrize("group", ["/own", UNKNOWN])
def test_a_function_with_a_log_group_of_its_own_is_not_reported(group: object) -> None:
    assert breaches("functions-have-their-own-log", OWN, function(group)) == []


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("$input.params('ticket')", "$input"),
        ("$context.requestOverride.querystring.ticket", "querystring"),
        ("$context.requestOverride.header.Cookie", "header"),
        ("$context.authorizer.claims.sub", "claims"),
        ("$context.authorizer.token", "token"),
        ("$context.identity.apiKey", "apiKey"),
        ("$stageVariables.x", "$stageVariables"),
    ],
)
def test_an_access_log_with_credentials_is_reported(variable: str, said: str) -> None:
    found = breaches("no-credentials-in-access-logs", stage(json.dumps({"x": variable})))

    assert f"logs {said}" in found


@pytest.mark.parametrize("line", [json.dumps(ACCESS_LOG_FORMAT), "$context.path", UNKNOWN])
def test_an_access_log_without_credentials_is_not_reported(line: object) -> None:
    assert breaches("no-credentials-in-access-logs", stage(line)) == []


def test_a_stage_without_an_access_log_is_not_reported() -> None:
    assert breaches("no-credentials-in-access-logs", Resource(STAGE, {})) == []
