from typing import Any

import pytest

from policies.resources import UNKNOWN, Resource
from tests.policies.judging import STAGE, breaches

BOTH = {"throttlingRateLimit": 2_000.0, "throttlingBurstLimit": 1_000}


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({}, ["has no throttlingRateLimit", "has no throttlingBurstLimit"]),
        ({"defaultRouteSettings": {"throttlingRateLimit": 1}}, ["has no throttlingBurstLimit"]),
        ({"defaultRouteSettings": {**BOTH, "throttlingRateLimit": 0}}, ["has no throttlingRateLimit"]),
        (
            {"defaultRouteSettings": BOTH, "routeSettings": [{"routeKey": "a", "throttlingRateLimit": 1}]},
            ["has no throttlingBurstLimit for a"],
        ),
    ],
)
def test_a_stage_without_both_limits_is_reported(properties: dict[str, Any], said: list[str]) -> None:
    assert breaches("stages-are-throttled", Resource(STAGE, properties)) == said


@pytest.mark.parametrize(
    "properties",
    [
        {"defaultRouteSettings": BOTH},
        {"defaultRouteSettings": UNKNOWN},
        {"defaultRouteSettings": {**BOTH, "throttlingBurstLimit": UNKNOWN}},
        {"defaultRouteSettings": BOTH, "routeSettings": [{"routeKey": "a", **BOTH}]},
    ],
)
def test_a_stage_with_both_limits_is_not_reported(properties: dict[str, Any]) -> None:
    assert breaches("stages-are-throttled", Resource(STAGE, properties)) == []
