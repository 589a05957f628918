"""Nothing in a stack has a price while nobody is connected, and nothing uses what AWS is retiring."""

import importlib
import logging
import pkgutil
import re
import warnings
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from tests.infra.program import (
    STACKS,
    alarmed,
    archiving,
    at_domain,
    evaluate,
    evaluated,
    stack_config,
    traced,
)

FREE_WHILE_IDLE = {
    "aws:apigateway/account:Account",
    "aws:apigatewayv2/api:Api",
    "aws:apigatewayv2/apiMapping:ApiMapping",
    "aws:apigatewayv2/authorizer:Authorizer",
    "aws:apigatewayv2/deployment:Deployment",
    "aws:apigatewayv2/domainName:DomainName",
    "aws:apigatewayv2/integration:Integration",
    "aws:apigatewayv2/integrationResponse:IntegrationResponse",
    "aws:apigatewayv2/route:Route",
    "aws:apigatewayv2/routeResponse:RouteResponse",
    "aws:apigatewayv2/stage:Stage",
    # priced by what a query reads
    "aws:athena/workgroup:Workgroup",
    "aws:cloudwatch/logGroup:LogGroup",
    # what it counts is a metric with a price, in the hours in which there is something to count
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    # priced by the users who sign in within a month: nobody does while it is idle
    "aws:cognito/userPool:UserPool",
    "aws:cognito/userPoolClient:UserPoolClient",
    "aws:dynamodb/table:Table",
    # a million objects of the catalogue are free, and so are a million requests a month
    "aws:glue/catalogDatabase:CatalogDatabase",
    "aws:glue/catalogTable:CatalogTable",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/function:Function",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "aws:lambda/layerVersion:LayerVersion",
    "aws:lambda/permission:Permission",
    # questions for what is an alias are free; the zone is not of this program
    "aws:route53/record:Record",
    # priced by what is in it
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    # 8,640 runs of the sweeper and 720 of the archiver a month, of the 14 million that are free
    "aws:scheduler/schedule:Schedule",
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
}
PRICED_ARGUMENTS = {
    "kmsKeyArn",
    "kmsKeyId",
    "kmsMasterKeyId",
    "provisionedPollerConfig",
    "readCapacity",
    "replicas",
    "snapStart",
    "tableClass",
    # threat protection, for which every user is paid
    "userPoolAddOns",
    "userPoolTier",
    "vpcConfig",
    "warmThroughput",
    "writeCapacity",
}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_consists_of_what_is_free_while_idle(stack: str) -> None:
    types = {each.type for each in archiving(stack).registrations if each.custom}

    assert types - FREE_WHILE_IDLE == set()


def test_alarms_add_a_price_for_alarms_and_for_nothing_else() -> None:
    registrations = alarmed("prod").registrations

    priced = {each.type for each in registrations if each.custom} - FREE_WHILE_IDLE
    assert priced == {"aws:cloudwatch/metricAlarm:MetricAlarm"}
    assert {argument for each in registrations for argument in each.inputs} & PRICED_ARGUMENTS == set()


def test_a_custom_domain_has_no_price() -> None:
    assert {each.type for each in at_domain("prod").registrations if each.custom} - FREE_WHILE_IDLE == set()


def test_traces_add_no_resource() -> None:
    assert {each.type for each in traced("prod").registrations if each.custom} - FREE_WHILE_IDLE == set()


@pytest.mark.parametrize("stack", STACKS)
def test_no_argument_adds_a_price(stack: str) -> None:
    arguments = {argument for each in archiving(stack).registrations for argument in each.inputs}

    assert arguments & PRICED_ARGUMENTS == set()


def test_logs_of_frames_are_not_detailed_by_default() -> None:
    stages = evaluated("prod").of_type("apigatewayv2/stage:Stage")

    assert [set(stage.inputs["defaultRouteSettings"]) for stage in stages] == [
        {"throttlingRateLimit", "throttlingBurstLimit"}
    ] * 2


def resource_classes() -> dict[str, type[Any]]:
    """Find the class of every resource type, in the services that the program uses."""
    services = {type_.split(":")[1].split("/")[0] for type_ in FREE_WHILE_IDLE}
    found: dict[str, type[Any]] = {}
    for service in services:
        package = importlib.import_module(f"pulumi_aws.{service}{'_' * (service == 'lambda')}")
        for module in pkgutil.iter_modules(package.__path__):
            for each in vars(importlib.import_module(f"{package.__name__}.{module.name}")).values():
                if isinstance(each, type) and issubclass(each, pulumi.CustomResource):
                    token = getattr(each, "pulumi_type", f"aws:{service}/{_camel(each.__name__)}")
                    found[token] = each
    return found


def _camel(name: str) -> str:
    return f"{name[0].lower()}{name[1:]}:{name}"


def test_no_deprecated_argument_is_given_to_a_resource() -> None:
    classes = resource_classes()

    deprecated = {
        (each.name, argument)
        for each in archiving("prod").registrations
        if each.custom
        for argument in each.inputs
        if _is_deprecated(classes[each.type], argument)
    }
    assert deprecated == set()


def _is_deprecated(resource: type[Any], argument: str) -> bool:
    attribute = getattr(resource, re.sub(r"(?<!^)(?=[A-Z])", "_", argument).lower(), None)
    return "_pulumi_deprecated_callable" in vars(getattr(attribute, "fget", None) or object)


def test_a_deprecated_argument_would_be_seen() -> None:
    assert _is_deprecated(aws.s3.Bucket, "accelerationStatus")


def test_no_deprecated_argument_is_given_within_another(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), warnings.catch_warnings(record=True):
        evaluate("prod", stack_config("prod", alarms={"enabled": "true"}, archive={"enabled": "true"}))

    assert [each.message for each in caplog.records] == []
