from typing import Any

import pytest

from policies.resources import UNKNOWN, Resource
from tests.policies.judging import ROLE_POLICY, breaches, policy

KEY = "dynamodb:LeadingKeys"
CLAIMS = "arn:aws:dynamodb:us-east-1:123456789012:table/airium-websocket-claims"
NAMED = {"Null": {KEY: "false"}}


def of(*kinds: str) -> dict[str, Any]:
    return {"ForAllValues:StringLike": {KEY: list(kinds)}, **NAMED}


def found(condition: dict[str, Any], resource: str = CLAIMS) -> list[str]:
    return breaches(
        "claims-by-kind", policy(Action="dynamodb:PutItem", Resource=resource, Condition=condition)
    )


@pytest.mark.parametrize(
    "condition",
    [
        {},
        NAMED,
        of(),
        of("*"),
        of("ticket#*", "*"),
        of("t*#*"),
        {"ForAllValues:StringLike": {KEY: ["ticket#*"]}},
        {"ForAllValues:StringLike": {KEY: ["ticket#*"]}, "Null": {KEY: "true"}},
        {"ForAllValues:StringLikeIfExists": {KEY: ["ticket#*"]}, **NAMED},
        {"ForAnyValue:StringLike": {KEY: ["ticket#*"]}, **NAMED},
        {"ForAllValues:StringLike": {"dynamodb:Attributes": ["ticket#*"]}, **NAMED},
        {"ForAllValues:StringLike": "ticket#*", **NAMED},
    ],
)
def test_claims_of_any_kind_are_reported(condition: dict[str, Any]) -> None:
    assert found(condition) == ["allows dynamodb:PutItem on claims of any kind"]


@pytest.mark.parametrize("suffix", ["-dev", "-my_stack-2", "/index/by-value", "-dev/stream/2026"])
def test_claims_of_every_stack_and_what_belongs_to_them_are_judged(suffix: str) -> None:
    assert found({}, CLAIMS + suffix)
    assert not found(of("ticket#*"), CLAIMS + suffix)


@pytest.mark.parametrize(
    "kept",
    [
        policy(Action="dynamodb:PutItem", Resource=CLAIMS, Condition=of("reply#*", "voice#*")),
        policy(Effect="Deny", Action="dynamodb:PutItem", Resource=CLAIMS),
        policy(Action="dynamodb:PutItem", Resource=CLAIMS.replace("claims", "events")),
        Resource(ROLE_POLICY, {"policy": UNKNOWN}),
    ],
)
def test_claims_of_named_kinds_are_not_reported(kept: Resource) -> None:
    assert breaches("claims-by-kind", kept) == []
