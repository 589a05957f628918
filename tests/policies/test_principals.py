from typing import Any

import pytest

from policies.resources import UNKNOWN, Resource
from tests.policies.judging import PERMISSION, QUEUE_POLICY, ROLE, breaches, policy

SOURCE = "arn:aws:execute-api:us-east-1:123456789012:abc/prod/$connect"
DENIES_PLAIN_HTTP = policy(
    QUEUE_POLICY,
    Effect="Deny",
    Principal="*",
    Action="sqs:*",
    Resource="arn:aws:sqs:us-east-1:123456789012:failures",
    Condition={"Bool": {"aws:SecureTransport": "false"}},
)


def permission(**changes: Any) -> Resource:
    named = {"action": "lambda:InvokeFunction", "principal": "apigateway.amazonaws.com", "sourceArn": SOURCE}
    return Resource(PERMISSION, {**named, **changes})


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::1:root", "*"]}])
def test_a_policy_for_everybody_is_reported(principal: object) -> None:
    found = breaches("no-open-principal", policy(QUEUE_POLICY, Principal=principal, Action="sqs:SendMessage"))

    assert found == ["allows sqs:SendMessage to *"]


def test_a_policy_for_all_but_some_is_reported() -> None:
    found = breaches("no-open-principal", policy(QUEUE_POLICY, NotPrincipal="*", Action="sqs:SendMessage"))

    assert found == ["allows by NotPrincipal"]


def test_a_layer_for_everybody_is_reported() -> None:
    layer = Resource("aws:lambda/layerVersionPermission:LayerVersionPermission", {"principal": "*"})

    assert breaches("no-open-principal", layer) == ["lets everybody in"]


@pytest.mark.parametrize(
    "resource",
    [DENIES_PLAIN_HTTP, policy(QUEUE_POLICY, Principal={"Service": "s.amazonaws.com"}, Action="a:b")],
)
def test_a_policy_that_denies_or_names_somebody_is_not_reported(resource: Resource) -> None:
    assert breaches("no-open-principal", resource) == []


@pytest.mark.parametrize(
    ("principal", "said"),
    [
        ({"AWS": "arn:aws:iam::123456789012:root"}, "AWS arn:aws:iam::123456789012:root"),
        ({"Federated": "cognito-identity.amazonaws.com"}, "Federated cognito-identity.amazonaws.com"),
        ({"Service": "lambda.example.com"}, "Service lambda.example.com"),
        ("*", "* *"),
    ],
)
def test_a_role_for_others_than_services_is_reported(principal: object, said: str) -> None:
    role = policy(ROLE, "assumeRolePolicy", Action="sts:AssumeRole", Principal=principal)

    assert breaches("roles-are-for-services", role) == [f"can be assumed by {said}"]


def test_a_role_for_a_service_is_not_reported() -> None:
    service = {"Service": ["lambda.amazonaws.com", "scheduler.amazonaws.com"]}
    role = policy(ROLE, "assumeRolePolicy", Action="sts:AssumeRole", Principal=service)

    assert breaches("roles-are-for-services", role) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"principal": "*"}, "lets * invoke it"),
        ({"principal": "123456789012"}, "lets 123456789012 invoke it"),
        ({"sourceArn": ""}, "lets apigateway.amazonaws.com invoke it for any source"),
        ({"sourceArn": "*"}, "lets apigateway.amazonaws.com invoke it for *"),
        (
            {"sourceArn": "arn:aws:execute-api:us-east-1:*:abc/prod"},
            "lets apigateway.amazonaws.com invoke it for arn:aws:execute-api:us-east-1:*:abc/prod",
        ),
        (
            {"sourceArn": "arn:aws:execute-api:us-east-1:123456789012:*/prod"},
            "lets apigateway.amazonaws.com invoke it for arn:aws:execute-api:us-east-1:123456789012:*/prod",
        ),
        ({"functionUrlAuthType": "AWS_IAM"}, "opens a function URL"),
    ],
)
def test_an_invocation_by_nobody_in_particular_is_reported(changes: dict[str, str], said: str) -> None:
    assert breaches("functions-are-invoked-by-services", permission(**changes)) == [said]


@pytest.mark.parametrize(
    "changes", [{}, {"sourceArn": UNKNOWN}, {"sourceArn": "arn:aws:execute-api:us-east-1:123456789012:abc/*"}]
)
def test_an_invocation_by_a_service_for_a_source_is_not_reported(changes: dict[str, object]) -> None:
    assert breaches("functions-are-invoked-by-services", permission(**changes)) == []


@pytest.mark.parametrize("authorization", ["NONE", "AWS_IAM"])
def test_a_function_url_is_reported(authorization: str) -> None:
    url = Resource("aws:lambda/functionUrl:FunctionUrl", {"authorizationType": authorization})

    assert len(breaches("no-function-url", url)) == 1


def test_a_function_without_one_is_not_reported() -> None:
    assert breaches("no-function-url", Resource("aws:lambda/function:Function", {})) == []
