"""What a stage takes: limited by rate and by burst, on every route."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.resources import UNKNOWN, Resource
from policies.rule import ResourceRule
from policies.rules.logs import STAGE

_LIMITS: Final = ("throttlingRateLimit", "throttlingBurstLimit")


def _unlimited(resource: Resource) -> Iterator[str]:
    if resource.type != STAGE:
        return
    defaults = resource.properties.get("defaultRouteSettings", {})
    yield from (f"has no {limit}" for limit in _LIMITS if not _limits(defaults, limit))
    overrides = resource.properties.get("routeSettings", [])
    for route in overrides if isinstance(overrides, list) else []:
        for limit in _LIMITS:
            if not _limits(route, limit):
                yield f"has no {limit} for {route.get('routeKey')}"


def _limits(settings: Any, limit: str) -> bool:
    """Tell whether a limit is there; with one missing its rate is zero, and everybody gets 429."""
    value = settings.get(limit, 0) if isinstance(settings, Mapping) else settings
    return value is UNKNOWN or value > 0


RULES = (ResourceRule("stages-are-throttled", "A stage limits rate and burst, both above zero.", _unlimited),)
