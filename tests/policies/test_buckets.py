from typing import Any

import pytest

from policies.resources import UNKNOWN, Resource
from policies.rules.buckets import ACL, ENCRYPTION, PRIVACY
from tests.policies.judging import BUCKET, BUCKET_POLICY, breaches, policy

CLOSED = dict.fromkeys(
    ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
)
ENCRYPTED = {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]}
DENIAL: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def bucket(*, emulated: bool = False, **properties: Any) -> Resource:
    return Resource(BUCKET, properties, urn="bucket", emulated=emulated)


def beside(type_: str, properties: Any, of: str = "bucket") -> Resource:
    return Resource(type_, properties, dependencies=frozenset({of}))


def with_policy(of: str = "bucket", **changes: Any) -> Resource:
    return beside(BUCKET_POLICY, policy(BUCKET_POLICY, **{**DENIAL, **changes}).properties, of)


@pytest.mark.parametrize(
    "others",
    [
        [],
        [beside(PRIVACY, CLOSED, of="another bucket")],
        *([beside(PRIVACY, {**CLOSED, left_open: False})] for left_open in CLOSED),
        [beside(PRIVACY, {})],
    ],
)
def test_a_bucket_that_can_be_opened_to_the_public_is_reported(others: list[Resource]) -> None:
    assert breaches("buckets-are-private", bucket(), *others) == ["does not keep the public out"]


@pytest.mark.parametrize("properties", [CLOSED, dict.fromkeys(CLOSED, UNKNOWN)])
def test_a_bucket_that_keeps_the_public_out_is_not_reported(properties: Any) -> None:
    assert breaches("buckets-are-private", bucket(), beside(PRIVACY, properties)) == []


@pytest.mark.parametrize(
    "others",
    [
        [],
        [beside(ENCRYPTION, ENCRYPTED, of="another bucket")],
        [beside(ENCRYPTION, {"rules": []})],
        [beside(ENCRYPTION, {"rules": [{"bucketKeyEnabled": True}]})],
    ],
)
def test_a_bucket_that_does_not_say_how_it_encrypts_is_reported(others: list[Resource]) -> None:
    assert breaches("buckets-are-encrypted", bucket(), *others) == [
        "does not say how its objects are encrypted"
    ]


@pytest.mark.parametrize("properties", [ENCRYPTED, {"rules": UNKNOWN}])
def test_a_bucket_that_says_how_it_encrypts_is_not_reported(properties: Any) -> None:
    assert breaches("buckets-are-encrypted", bucket(), beside(ENCRYPTION, properties)) == []


@pytest.mark.parametrize(
    "others",
    [
        [],
        [with_policy(of="another bucket")],
        [with_policy(Effect="Allow")],
        [with_policy(Action="s3:GetObject")],
        [with_policy(Action="sqs:*")],
        [with_policy(Condition={})],
        [beside(BUCKET_POLICY, {})],
    ],
)
def test_a_bucket_that_is_spoken_to_over_plain_http_is_reported(others: list[Resource]) -> None:
    assert breaches("buckets-refuse-plain-http", bucket(), *others) == ["is spoken to over plain http"]


@pytest.mark.parametrize("other", [with_policy(), beside(BUCKET_POLICY, {"policy": UNKNOWN})])
def test_a_bucket_that_refuses_plain_http_is_not_reported(other: Resource) -> None:
    assert breaches("buckets-refuse-plain-http", bucket(), other) == []


def test_a_bucket_of_an_emulator_may_be_spoken_to_over_plain_http() -> None:
    assert breaches("buckets-refuse-plain-http", bucket(emulated=True)) == []


@pytest.mark.parametrize(
    "resource",
    [
        bucket(acl="public-read"),
        Resource(ACL, {"acl": "authenticated-read"}),
        Resource(ACL, {"accessControlPolicy": {"grants": []}}),
    ],
)
def test_a_bucket_that_is_open_by_a_list_is_reported(resource: Resource) -> None:
    assert len(breaches("no-bucket-acl", resource)) == 1


@pytest.mark.parametrize("resource", [bucket(), bucket(acl="private"), Resource(ACL, {"acl": "private"})])
def test_a_bucket_without_an_open_list_is_not_reported(resource: Resource) -> None:
    assert breaches("no-bucket-acl", resource) == []
