"""AWS would take what the program asks for, as far as botocore's models say."""

from dataclasses import replace
from typing import Any

import pytest
from pulumi.runtime import MockResourceArgs

from local.deployer import Deployer
from local.errors import LocalError
from local.stackfile import ROOT
from tests.infra.program import STACKS, Registration, evaluate, evaluated, stack_config
from tests.local.answering import ABSENT, Answering

TABLES_ABSENT = {"DescribeTable": "ResourceNotFoundException"}
"""Where everything is there: a table cannot be made up that has the same keys."""
FUNCTION = "aws:lambda/function:Function"


def create(deployer: Deployer, wanted: Registration, **changes: Any) -> None:
    inputs = {**wanted.inputs, **changes}
    deployer.new_resource(MockResourceArgs(wanted.type, wanted.name, inputs, custom=wanted.custom))


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize(
    ("absent", "request_of_a_function"),
    [(ABSENT, "CreateFunction"), (TABLES_ABSENT, "UpdateFunctionConfiguration")],
    ids=["first", "again"],
)
def test_every_request_of_every_stack_is_within_what_aws_takes(stack, absent, request_of_a_function):
    aws = Answering(absent)
    deployer = Deployer(aws.cloud(), ROOT)

    for wanted in evaluated(stack).registrations:
        create(deployer, wanted)

    assert {"CreateTable", "CreateRoute", "PutRolePolicy", request_of_a_function} <= set(aws.sent)
    assert deployer.error is None


def test_every_request_of_the_alarms_is_within_what_aws_takes():
    aws = Answering()
    deployer = Deployer(aws.cloud(), ROOT)
    asked_for = {"enabled": "true", "topicArns": ["arn:aws:sns:us-east-1:123456789012:on-call"]}

    for wanted in evaluate("prod", stack_config("prod", alarms=asked_for)).registrations:
        create(deployer, wanted)

    assert "PutMetricAlarm" in aws.sent


def test_a_setting_that_aws_would_refuse_is_named_with_its_resource():
    deployer = Deployer(Answering().cloud(), ROOT)
    function = next(each for each in evaluated("local").registrations if each.type == FUNCTION)

    with pytest.raises(LocalError) as caught:
        create(deployer, replace(function, name="echo"), timeout=10_000.0)

    assert str(caught.value) == (
        "echo (aws:lambda/function:Function): "
        "input 'timeout' is 10000, and AWS takes at least 1 and at most 5400"
    )
