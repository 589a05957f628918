import pytest

from policies.resources import UNKNOWN, Resource
from tests.policies.judging import API, ROUTE, breaches

SOCKETS = Resource(API, {"protocolType": "WEBSOCKET"}, urn="sockets")
HTTP = Resource(API, {"protocolType": "HTTP"}, urn="http")
NONE = {"authorizationType": "NONE"}
CUSTOM = {"authorizationType": "CUSTOM", "authorizerId": "a"}
JWT = {"authorizationType": "JWT", "authorizerId": "a"}
IAM = {"authorizationType": "AWS_IAM"}


def route(key: object, api: str, authorization: dict[str, object]) -> Resource:
    return Resource(ROUTE, {"routeKey": key, **authorization}, dependencies=frozenset({api, "integration"}))


@pytest.mark.parametrize(
    ("key", "api", "authorization"),
    [
        ("$connect", "sockets", NONE),
        ("$connect", "sockets", {}),
        ("$connect", "sockets", JWT),
        ("POST /tickets", "http", NONE),
        ("$default", "http", NONE),
        ("OPTIONS /tickets", "http", {}),
        # nothing tells that it is a route of a WebSocket API
        ("$default", "elsewhere", NONE),
    ],
)
def test_a_route_without_authorization_is_reported(
    key: str, api: str, authorization: dict[str, object]
) -> None:
    found = breaches("routes-are-authorized", SOCKETS, HTTP, route(key, api, authorization))

    assert found == [f"{key} is reached without authorization"]


@pytest.mark.parametrize(("key", "api"), [("$connect", "sockets"), ("POST /tickets", "http")])
def test_an_authorization_without_an_authorizer_is_reported(key: str, api: str) -> None:
    nobody = route(key, api, {"authorizationType": "CUSTOM"})

    assert breaches("routes-are-authorized", SOCKETS, HTTP, nobody) == [f"{key} names no authorizer"]


@pytest.mark.parametrize(
    ("key", "api", "authorization"),
    [
        ("$connect", "sockets", CUSTOM),
        ("$connect", "sockets", {**CUSTOM, "authorizerId": UNKNOWN}),
        ("$connect", "sockets", {"authorizationType": UNKNOWN}),
        ("$disconnect", "sockets", NONE),
        ("$default", "sockets", NONE),
        ("voice_data", "sockets", {}),
        ("POST /tickets", "http", JWT),
        ("POST /tickets", "http", CUSTOM),
        ("POST /tickets", "http", IAM),
    ],
)
def test_a_route_that_is_as_closed_as_it_can_be_is_not_reported(
    key: str, api: str, authorization: dict[str, object]
) -> None:
    assert breaches("routes-are-authorized", SOCKETS, HTTP, route(key, api, authorization)) == []


@pytest.mark.parametrize("member", ["target", "routeKey"])
def test_an_api_that_makes_a_route_by_itself_is_reported(member: str) -> None:
    api = Resource(API, {"protocolType": "HTTP", member: "given"})

    assert len(breaches("no-quick-create", api)) == 1


def test_an_api_without_routes_is_not_reported() -> None:
    assert breaches("no-quick-create", SOCKETS, HTTP) == []
