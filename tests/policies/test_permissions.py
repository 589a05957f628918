import json

import pytest

from infra.policy import OPEN_ENDS, OPEN_REGIONS, WITHOUT_RESOURCES
from policies.resources import UNKNOWN, Resource
from policies.rules import permissions
from tests.policies.judging import ROLE, ROLE_POLICY, breaches, policy

TABLE_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/events"
GROUP_ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/message"
STAGE_ARN = "arn:aws:execute-api:us-east-1:123456789012:abc/prod"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


@pytest.mark.parametrize("action", ["*", "dynamodb:*", "dynamodb:Put*", "dynamodb:PutIte?"])
def test_an_open_action_is_reported(action: str) -> None:
    open_ended = policy(Action=["dynamodb:GetItem", action], Resource=TABLE_ARN)

    assert breaches("no-open-action", open_ended) == [f"allows {action}"]


def test_an_action_that_is_all_but_some_is_reported() -> None:
    assert breaches("no-open-action", policy(NotAction="iam:*", Resource=TABLE_ARN)) == [
        "allows by NotAction"
    ]


@pytest.mark.parametrize("key", ["policy", "assumeRolePolicy", "document"])
def test_a_policy_is_found_wherever_it_is(key: str) -> None:
    assert breaches("no-open-action", policy(ROLE, key, Action="*", Resource=TABLE_ARN)) == ["allows *"]


def test_a_policy_within_a_role_is_found() -> None:
    inline = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
    role = Resource(ROLE, {"inlinePolicies": [{"name": "all", "policy": inline}]})

    assert breaches("no-open-action", role) == ["allows s3:*"]


@pytest.mark.parametrize(
    "kept",
    [
        policy(Action="dynamodb:PutItem", Resource=TABLE_ARN),
        policy(Effect="Deny", Action="sqs:*", Principal="*", Resource="arn:aws:sqs:us-east-1:1:queue"),
        Resource(ROLE_POLICY, {"policy": UNKNOWN}),
        Resource(ROLE_POLICY, {"policy": "no Statement at all"}),
        Resource(ROLE_POLICY, {"policy": '["Statement"]'}),
    ],
)
def test_actions_by_name_are_not_reported(kept: Resource) -> None:
    assert breaches("no-open-action", kept) == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:PutItem", "*"),
        ("dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/*"),
        ("dynamodb:PutItem", f"{TABLE_ARN}/*"),
        ("dynamodb:PutItem", f"{TABLE_ARN}?"),
        # an end has its reason for its own actions only
        ("dynamodb:PutItem", f"{TABLE_ARN}/stream/*"),
        ("logs:DeleteLogStream", f"{GROUP_ARN}:*"),
        ("logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:*:*"),
        ("logs:PutLogEvents", ":*"),
        ("xray:GetTraceSummaries", "*"),
        ("xray:PutTraceSegments", "arn:aws:xray:*"),
    ],
)
def test_an_open_resource_is_reported(action: str, resource: str) -> None:
    found = breaches("no-open-resource", policy(Action=[action], Resource=[TABLE_ARN, resource]))

    assert found == [f"allows {action} on {resource}"]


def test_a_resource_that_is_all_but_some_is_reported() -> None:
    found = breaches("no-open-resource", policy(Action="dynamodb:PutItem", NotResource=TABLE_ARN))

    assert found == ["allows by NotResource"]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:PutItem", TABLE_ARN),
        ("dynamodb:ListStreams", f"{TABLE_ARN}/stream/*"),
        ("logs:PutLogEvents", f"{GROUP_ARN}:*"),
        ("execute-api:ManageConnections", f"{STAGE_ARN}/POST/@connections/*"),
        ("xray:PutTraceSegments", "*"),
        ("xray:PutTelemetryRecords", "*"),
    ],
)
def test_a_resource_by_name_or_with_a_reason_is_not_reported(action: str, resource: str) -> None:
    assert breaches("no-open-resource", policy(Action=action, Resource=resource)) == []


def test_nothing_may_be_done_to_everything_beside_what_has_no_resource() -> None:
    mixed = policy(Action=["xray:PutTraceSegments", "sqs:SendMessage"], Resource="*")
    others = policy(NotAction="xray:PutTraceSegments", Resource="*")

    assert breaches("no-open-resource", mixed) == ["allows xray:PutTraceSegments, sqs:SendMessage on *"]
    assert breaches("no-open-resource", others) == ["allows  on *"]


def test_the_pack_knows_no_resource_where_the_program_knows_none() -> None:
    assert permissions.WITHOUT_RESOURCES == WITHOUT_RESOURCES


def test_the_pack_leaves_the_region_open_where_the_program_has_a_reason() -> None:
    assert permissions.OPEN_REGIONS.keys() == OPEN_REGIONS.keys()


def test_a_model_may_be_asked_in_any_region_and_nothing_else_may() -> None:
    asked = "bedrock:InvokeModelWithResponseStream"
    model = "arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1:0"

    assert breaches("no-open-resource", policy(Action=asked, Resource=model)) == []
    assert breaches("no-open-resource", policy(Action="bedrock:InvokeModel", Resource=model)) != []
    assert breaches("no-open-resource", policy(Action=asked, Resource=f"{model}*")) != []


def test_the_pack_opens_the_ends_for_which_the_program_has_a_reason() -> None:
    assert permissions.OPEN_ENDS.keys() == OPEN_ENDS.keys()


@pytest.mark.parametrize(
    "resource",
    [
        Resource(ATTACHMENT, {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        Resource(ROLE, {"managedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}),
    ],
)
def test_a_managed_policy_without_a_reason_is_reported(resource: Resource) -> None:
    found = breaches("no-unknown-managed-policy", resource)

    assert found == ["has arn:aws:iam::aws:policy/AdministratorAccess"]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        "arn:aws:iam::123456789012:policy/own",
        UNKNOWN,
    ],
)
def test_a_managed_policy_with_a_reason_is_not_reported(arn: object) -> None:
    assert breaches("no-unknown-managed-policy", Resource(ATTACHMENT, {"policyArn": arn})) == []
