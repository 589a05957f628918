"""Which routes a stranger reaches: none but those on which AWS takes no authorizer."""

from collections.abc import Iterator, Sequence
from typing import Final

from policies.resources import UNKNOWN, Resource
from policies.rule import ResourceRule, StackRule

API: Final = "aws:apigatewayv2/api:Api"
ROUTE: Final = "aws:apigatewayv2/route:Route"

CONNECT: Final = "$connect"
"""The one route of a WebSocket API that can have an authorizer; its verdict holds for the connection."""

_BY_PROTOCOL: Final = {
    "WEBSOCKET": frozenset({"CUSTOM", "AWS_IAM"}),
    "HTTP": frozenset({"CUSTOM", "AWS_IAM", "JWT"}),
}


def _unauthorized(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    websocket = {each.urn for each in resources if _is_websocket(each)}
    apis = {each.urn for each in resources if each.type == API}
    for route in resources:
        if route.type != ROUTE:
            continue
        mine = route.dependencies & apis
        # a route whose API is not known is judged as one of an HTTP API, where all must be authorized
        protocol = "WEBSOCKET" if mine and mine <= websocket else "HTTP"
        key = route.properties.get("routeKey")
        if protocol == "WEBSOCKET" and key not in (CONNECT, UNKNOWN):
            continue
        kind = route.properties.get("authorizationType", "NONE")
        if kind is not UNKNOWN and kind not in _BY_PROTOCOL[protocol]:
            yield route, f"{key} is reached without authorization"
        elif kind in ("CUSTOM", "JWT") and not route.properties.get("authorizerId"):
            yield route, f"{key} names no authorizer"


def _is_websocket(resource: Resource) -> bool:
    return resource.type == API and resource.properties.get("protocolType") == "WEBSOCKET"


def _quick_create(resource: Resource) -> Iterator[str]:
    if resource.type == API and {"target", "routeKey"} & resource.properties.keys():
        yield "makes a route of its own, which has no authorizer"


RULES = (
    StackRule(
        "routes-are-authorized",
        "Every route has an authorizer, but for those of a WebSocket API after $connect.",
        _unauthorized,
    ),
    ResourceRule("no-quick-create", "An API makes no route by itself.", _quick_create),
)
