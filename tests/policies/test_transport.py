from typing import Any

import pytest

from policies.resources import UNKNOWN, Resource
from tests.policies.judging import API, DOMAIN, FUNCTION, QUEUE, QUEUE_POLICY, breaches, policy
from tests.policies.test_principals import DENIES_PLAIN_HTTP

LOCAL = "http://127.0.0.1:4566"
DENIAL: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def function(url: str, *, emulated: bool = False) -> Resource:
    return Resource(FUNCTION, {"environment": {"variables": {"ENDPOINT": url}}}, emulated=emulated)


def api(*origins: str) -> Resource:
    return Resource(API, {"corsConfiguration": {"allowOrigins": list(origins)}})


def queue(*, emulated: bool = False) -> Resource:
    return Resource(QUEUE, {}, urn="queue", emulated=emulated)


def attached(to: Resource, by: str = "queue") -> Resource:
    return Resource(to.type, to.properties, dependencies=frozenset({by}))


@pytest.mark.parametrize(
    "resource",
    [
        function("http://example.com"),
        function("see ws://example.com/x for more"),
        function(LOCAL),
        function("http://example.com", emulated=True),
        function("http://127.0.0.1.example.com", emulated=True),
        Resource("pulumi:providers:aws", {"endpoints": '[{"sqs": "http://emulator:4566"}]'}),
        Resource(API, {"corsConfiguration": {"allowOrigins": ["http://example.com"]}}),
    ],
)
def test_a_plain_url_is_reported(resource: Resource) -> None:
    assert len(breaches("no-plain-http", resource)) == 1


@pytest.mark.parametrize(
    "resource",
    [
        function("https://example.com"),
        function("wss://example.com"),
        function(LOCAL, emulated=True),
        Resource("pulumi:providers:aws", {"endpoints": f'[{{"sqs": "{LOCAL}"}}]'}),
        Resource(API, {"corsConfiguration": {"allowOrigins": ["http://localhost:3000"]}}),
        Resource(FUNCTION, {"environment": UNKNOWN}),
    ],
)
def test_a_url_with_tls_or_on_the_machine_itself_is_not_reported(resource: Resource) -> None:
    assert breaches("no-plain-http", resource) == []


@pytest.mark.parametrize(
    "origin", ["*", "https://*", "http://example.com", "http://localhost.example.com", "null"]
)
def test_an_origin_that_is_open_or_plain_is_reported(origin: str) -> None:
    found = breaches("known-origins-only", api("https://app.example.com", origin))

    assert found == [f"takes requests from {origin}"]


@pytest.mark.parametrize(
    "resource",
    [
        api("https://app.example.com", "http://localhost:3000", "http://127.0.0.1:8080"),
        Resource(API, {"corsConfiguration": {"allowMethods": ["POST"]}}),
        Resource(API, {"corsConfiguration": {"allowOrigins": [UNKNOWN]}}),
        Resource(API, {}),
    ],
)
def test_origins_that_are_named_are_not_reported(resource: Resource) -> None:
    assert breaches("known-origins-only", resource) == []


@pytest.mark.parametrize(
    "others",
    [
        [],
        [attached(DENIES_PLAIN_HTTP, by="another queue")],
        [attached(Resource(QUEUE_POLICY, {}))],
        [attached(policy(QUEUE_POLICY, **{**DENIAL, "Effect": "Allow"}))],
        [attached(policy(QUEUE_POLICY, **{**DENIAL, "Action": "sqs:SendMessage"}))],
        [attached(policy(QUEUE_POLICY, **{**DENIAL, "Principal": {"AWS": "arn:aws:iam::1:root"}}))],
        [attached(policy(QUEUE_POLICY, **{**DENIAL, "Condition": {}}))],
        [
            attached(
                policy(QUEUE_POLICY, **{**DENIAL, "Condition": {"Bool": {"aws:SecureTransport": "true"}}})
            )
        ],
    ],
)
def test_a_queue_that_takes_plain_http_is_reported(others: list[Resource]) -> None:
    assert breaches("queues-refuse-plain-http", queue(), *others) == ["takes messages over plain http"]


@pytest.mark.parametrize(
    "others",
    [
        [attached(DENIES_PLAIN_HTTP)],
        [attached(policy(QUEUE_POLICY, **{**DENIAL, "Principal": {"AWS": "*"}}))],
        [attached(Resource(QUEUE_POLICY, {"policy": UNKNOWN}))],
    ],
)
def test_a_queue_that_takes_tls_only_is_not_reported(others: list[Resource]) -> None:
    assert breaches("queues-refuse-plain-http", queue(), *others) == []


def test_a_queue_of_an_emulator_is_not_reported() -> None:
    assert breaches("queues-refuse-plain-http", queue(emulated=True)) == []


def domain(configuration: object) -> Resource:
    return Resource(DOMAIN, {"domainNameConfiguration": configuration})


@pytest.mark.parametrize("security", [{"securityPolicy": "TLS_1_0"}, {}])
def test_a_domain_that_takes_old_tls_is_reported(security: dict[str, str]) -> None:
    found = breaches("no-old-tls", domain({"endpointType": "REGIONAL", **security}))

    assert found == [f"takes TLS by the policy {security.get('securityPolicy')}"]


@pytest.mark.parametrize(
    "configuration", [{"securityPolicy": "TLS_1_2"}, {"securityPolicy": UNKNOWN}, UNKNOWN]
)
def test_a_domain_that_takes_new_tls_alone_is_not_reported(configuration: object) -> None:
    assert breaches("no-old-tls", domain(configuration)) == []
