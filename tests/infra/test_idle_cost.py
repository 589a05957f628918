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

from cost.standing import ALARM, DASHBOARD, FREE
from tests.infra.program import (
    STACKS,
    archiving,
    at_domain,
    evaluate,
    evaluated,
    signalling,
    stack_config,
    traced,
)

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

    assert types - FREE == set()


@pytest.mark.parametrize(
    ("settings", "priced"),
    [
        ({"alarms": {"enabled": "true"}}, {ALARM}),
        ({"dashboard": "true"}, {DASHBOARD}),
        ({"monitoring": {"enabled": "true"}}, set()),
    ],
    ids=["alarms", "dashboard", "monitoring"],
)
def test_a_setting_adds_its_own_price_and_no_other(settings: dict[str, object], priced: set[str]) -> None:
    registrations = evaluate("prod", stack_config("prod", **settings)).registrations

    assert {each.type for each in registrations if each.custom} - FREE == priced
    assert {argument for each in registrations for argument in each.inputs} & PRICED_ARGUMENTS == set()


def test_a_custom_domain_has_no_price() -> None:
    assert {each.type for each in at_domain("prod").registrations if each.custom} - FREE == set()


def test_traces_add_no_resource() -> None:
    assert {each.type for each in traced("prod").registrations if each.custom} - FREE == set()


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
    services = {type_.split(":")[1].split("/")[0] for type_ in FREE}
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
        for each in signalling("prod").registrations
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
        on = {"enabled": "true"}
        everything = stack_config("prod", alarms=on, archive=on, monitoring=on, dashboard="true")
        evaluate("prod", everything)

    assert [each.message for each in caplog.records] == []
