"""How a resource is read: what is unknown, and what is emulated."""

from collections.abc import Mapping
from typing import Any

import pytest
from pulumi_policy import PolicyProviderResource
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies.pack import RULES
from policies.resources import UNKNOWN, Resource, emulated, plain
from policies.rule import ResourceRule
from tests.infra.program import evaluated
from tests.policies.judging import GROUP, QUEUE, breaches

LOCAL = "http://127.0.0.1:4566"


def provider(endpoints: object) -> PolicyProviderResource:
    properties: Mapping[str, Any] = unknown_checking_proxy({"endpoints": endpoints})
    return PolicyProviderResource("pulumi:providers:aws", properties, "urn", "default")


def test_what_a_preview_cannot_know_is_marked_and_the_rest_is_kept() -> None:
    given = unknown_checking_proxy(
        {"a": [UNKNOWN_STRING_VALUE, {"b": 1}], "c": UNKNOWN_STRING_VALUE, "d": ""}
    )

    assert plain(given) == {"a": [UNKNOWN, {"b": 1}], "c": UNKNOWN, "d": ""}


@pytest.mark.parametrize(
    ("type_", "endpoints"),
    [
        (QUEUE, f'[{{"sqs": "{LOCAL}"}}]'),
        (QUEUE, [{"sqs": LOCAL, "lambda": "https://lambda.us-east-1.amazonaws.com"}]),
        (QUEUE, [{"sqs": "http://localhost:4566"}]),
        (QUEUE, [{"sqs": "http://[::1]:4566"}]),
        (GROUP, [{"cloudwatchlogs": LOCAL}]),
    ],
)
def test_a_resource_is_emulated_where_the_endpoint_of_its_service_is_loopback(
    type_: str, endpoints: object
) -> None:
    assert emulated(type_, provider(endpoints))


@pytest.mark.parametrize(
    "endpoints",
    [
        None,
        "",
        [],
        UNKNOWN_STRING_VALUE,
        # the endpoint of another service says nothing
        [{"lambda": LOCAL}],
        [{"sqs": "http://emulator:4566"}],
        [{"sqs": "https://127.0.0.1.example.com"}],
        [{"sqs": "https://127.0.0.1@example.com"}],
        [{"sqs": LOCAL}, {"sqs": "https://sqs.us-east-1.amazonaws.com"}],
    ],
)
def test_a_resource_is_not_emulated_elsewhere(endpoints: object) -> None:
    assert not emulated(QUEUE, provider(endpoints))


def test_a_resource_without_a_provider_is_not_emulated() -> None:
    assert not emulated(QUEUE, None)


def test_no_rule_is_against_what_is_not_known_yet() -> None:
    one_by_one = [
        Resource(each.type, {**each.inputs, key: UNKNOWN})
        for each in evaluated("prod").registrations
        for key in each.inputs
    ]

    rules = [each.name for each in RULES if isinstance(each, ResourceRule)]
    assert [breach for rule in rules for breach in breaches(rule, *one_by_one)] == []


def test_no_rule_is_against_a_stack_of_which_nothing_is_known_yet() -> None:
    unknown = [
        Resource(
            each.type,
            dict.fromkeys(each.inputs, UNKNOWN),
            urn=each.urn,
            protected=each.protect,
            dependencies=each.dependencies,
        )
        for each in evaluated("prod").registrations
    ]

    assert [breach for rule in RULES for breach in breaches(rule.name, *unknown)] == []
