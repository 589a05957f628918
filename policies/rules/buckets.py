"""Buckets are private, encrypted and spoken to over TLS, each by a resource of its own beside the bucket."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from policies.resources import UNKNOWN, Resource
from policies.rule import ResourceRule, StackRule
from policies.rules.transport import denies_plain_http

BUCKET: Final = "aws:s3/bucket:Bucket"
POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
ENCRYPTION: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
PRIVACY: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ACL: Final = "aws:s3/bucketAcl:BucketAcl"

_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_ALGORITHMS: Final = frozenset({"AES256", "aws:kms", "aws:kms:dsse", UNKNOWN})


def _blocks_the_public(block: Resource) -> bool:
    return all(block.properties.get(each) in (True, UNKNOWN) for each in _BLOCKS)


def _encrypts(configuration: Resource) -> bool:
    rules = configuration.properties.get("rules")
    if rules is UNKNOWN:
        return True
    by_default = [(each or {}).get("applyServerSideEncryptionByDefault") for each in rules or []]
    return any(each is UNKNOWN or (each or {}).get("sseAlgorithm") in _ALGORITHMS for each in by_default)


def _refuses_plain_http(policy: Resource) -> bool:
    return denies_plain_http(policy, "s3:*")


def _without(
    type_: str, does: Callable[[Resource], bool], problem: str, *, also_emulated: bool = True
) -> Callable[[Sequence[Resource]], Iterator[tuple[Resource, str]]]:
    """Make the rule that each bucket has a resource of a type beside it, which does what it is for."""

    def breaches(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
        beside = [each for each in resources if each.type == type_ and does(each)]
        for bucket in resources:
            if bucket.type != BUCKET or (bucket.emulated and not also_emulated):
                continue
            if not any(bucket.urn in each.dependencies for each in beside):
                yield bucket, problem

    return breaches


def _acls(resource: Resource) -> Iterator[str]:
    acl: Any = resource.properties.get("acl")
    if resource.type in (BUCKET, ACL) and acl not in (None, "private", UNKNOWN):
        yield f"is open by the list {acl}"
    if resource.type == ACL and resource.properties.get("accessControlPolicy") is not None:
        yield "is open by a list of its own: a policy says who may"


RULES = (
    StackRule(
        "buckets-are-private",
        "Every bucket keeps the public out, whatever its policy and its objects say.",
        _without(PRIVACY, _blocks_the_public, "does not keep the public out"),
    ),
    StackRule(
        "buckets-are-encrypted",
        "Every bucket says how its objects are encrypted.",
        _without(ENCRYPTION, _encrypts, "does not say how its objects are encrypted"),
    ),
    StackRule(
        "buckets-refuse-plain-http",
        "Every bucket has a policy that denies plain http.",
        # an emulator speaks plain http on loopback, and such a policy would lock out everybody
        _without(POLICY, _refuses_plain_http, "is spoken to over plain http", also_emulated=False),
    ),
    ResourceRule("no-bucket-acl", "No bucket is open by an access control list.", _acls),
)
