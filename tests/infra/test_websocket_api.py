"""The API: its routes, who may invoke what, what is deployed, and the limits of its stage."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from functions import names
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.gateway.routes import FunctionRoute, MockRoute
from infra.gateway.websocket_api import WebSocketApi, WebSocketApiArgs
from infra.naming import Naming
from infra.settings.settings import Settings
from infra.settings.sizes import RouteSize
from tests.infra.program import STACKS, Evaluation, Registration, evaluate, evaluated, stack_config

INVOKE = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
EXECUTION = "arn:aws:execute-api:us-east-1:123456789012:api-api-id"


def api(stack: str) -> Evaluation:
    """Give what belongs to the WebSocket API; there is an HTTP API beside it."""
    return evaluated(stack).within("WebSocketApi")


def routes(stack: str = "prod") -> dict[str, Registration]:
    return {each.inputs["routeKey"]: each for each in api(stack).of_type("apigatewayv2/route:Route")}


def integration_of(route: Registration) -> Registration:
    (found,) = [
        each
        for each in api("prod").of_type("apigatewayv2/integration:Integration")
        if route.inputs["target"] == f"integrations/{each.name}-id"
    ]
    return found


def responses_of(route: Registration) -> list[dict[str, Any]]:
    responses = api("prod").of_type("apigatewayv2/routeResponse:RouteResponse")
    return [each.inputs for each in responses if each.inputs["routeId"] == f"{route.name}-id"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_routes_are_those_of_the_protocol(stack: str) -> None:
    of_feeds = {"resume", "history", "ack", "text_cancel", "sessions"}
    of_speech = {"voice_data", "voice_end", "voice_played", "voice_listen"}
    assert set(routes(stack)) == {"$connect", "$disconnect", "$default", "ping", *of_speech, *of_feeds}


def test_a_frame_is_routed_by_its_type() -> None:
    (found,) = api("prod").of_type("apigatewayv2/api:Api")

    assert found.inputs["routeSelectionExpression"] == "$request.body.type"
    assert found.inputs["protocolType"] == "WEBSOCKET"


@pytest.mark.parametrize(
    ("key", "function"),
    [
        ("$connect", "lifecycle"),
        ("$disconnect", "lifecycle"),
        ("$default", "message"),
        *((route, "message") for route in ("voice_data", "voice_end", "voice_played", "voice_listen")),
        ("resume", "feed"),
        ("history", "feed"),
        ("ack", "feed"),
        ("text_cancel", "feed"),
        ("sessions", "feed"),
    ],
)
def test_a_route_reaches_its_function(key: str, function: str) -> None:
    integration = integration_of(routes()[key])

    arn = f"arn:aws:lambda:us-east-1:123456789012:function:airium-websocket-{function}"
    assert integration.inputs["integrationType"] == "AWS_PROXY"
    assert integration.inputs["integrationMethod"] == "POST"
    assert integration.inputs["integrationUri"] == f"{INVOKE}{arn}/invocations"
    assert integration.inputs["timeoutMilliseconds"] == 29_000


@pytest.mark.parametrize("key", ["$default", "resume", "history", "text_cancel", "sessions"])
def test_every_frame_of_a_two_way_route_gets_an_answer(key: str) -> None:
    route = routes()[key]

    assert route.inputs["routeResponseSelectionExpression"] == "$default"
    assert [each["routeResponseKey"] for each in responses_of(route)] == ["$default"]


@pytest.mark.parametrize(
    "key", ["$connect", "$disconnect", "voice_data", "voice_end", "voice_played", "voice_listen", "ack"]
)
def test_a_one_way_route_sends_nothing_back(key: str) -> None:
    route = routes()[key]

    assert "routeResponseSelectionExpression" not in route.inputs
    assert responses_of(route) == []


def test_a_ping_is_answered_by_the_gateway_itself() -> None:
    route = routes()["ping"]
    integration = integration_of(route)
    answers = api("prod").of_type("apigatewayv2/integrationResponse:IntegrationResponse")

    assert integration.inputs == {
        "apiId": "api-api-id",
        "integrationType": "MOCK",
        "templateSelectionExpression": r"\$default",
        "requestTemplates": {"$default": '{"statusCode": 200}'},
    }
    assert [each.inputs for each in answers] == [
        {
            "apiId": "api-api-id",
            "integrationId": f"{integration.name}-id",
            "integrationResponseKey": "$default",
            "templateSelectionExpression": r"\$default",
            "responseTemplates": {"$default": '{"type": "pong"}'},
        }
    ]
    assert route.inputs["routeResponseSelectionExpression"] == "$default"
    assert [each["routeResponseKey"] for each in responses_of(route)] == ["$default"]


def test_only_connect_asks_the_authorizer() -> None:
    kinds = {key: route.inputs["authorizationType"] for key, route in routes().items()}

    assert [key for key, kind in kinds.items() if kind == "CUSTOM"] == ["$connect"]
    assert {kind for key, kind in kinds.items() if key != "$connect"} == {"NONE"}
    assert routes()["$connect"].inputs["authorizerId"] == "api-authorizer-id"


def test_the_authorizer_decides_on_every_request() -> None:
    authorizer = evaluated("prod").named("api-authorizer")

    assert authorizer.inputs["authorizerType"] == "REQUEST"
    assert authorizer.inputs["identitySources"] == []
    assert "authorizer/invocations" in authorizer.inputs["authorizerUri"]


def test_the_gateway_may_invoke_each_function_for_its_routes_only() -> None:
    permissions = api("prod").of_type("lambda/permission:Permission")

    found = {(each.inputs["function"], each.inputs["sourceArn"]) for each in permissions}
    assert {each.inputs["principal"] for each in permissions} == {"apigateway.amazonaws.com"}
    assert {each.inputs["action"] for each in permissions} == {"lambda:InvokeFunction"}
    assert found == {
        ("airium-websocket-authorizer", f"{EXECUTION}/authorizers/api-authorizer-id"),
        ("airium-websocket-lifecycle", f"{EXECUTION}/prod/$connect"),
        ("airium-websocket-lifecycle", f"{EXECUTION}/prod/$disconnect"),
        ("airium-websocket-message", f"{EXECUTION}/prod/$default"),
        ("airium-websocket-message", f"{EXECUTION}/prod/voice_data"),
        ("airium-websocket-message", f"{EXECUTION}/prod/voice_end"),
        ("airium-websocket-message", f"{EXECUTION}/prod/voice_played"),
        ("airium-websocket-message", f"{EXECUTION}/prod/voice_listen"),
        ("airium-websocket-feed", f"{EXECUTION}/prod/resume"),
        ("airium-websocket-feed", f"{EXECUTION}/prod/history"),
        ("airium-websocket-feed", f"{EXECUTION}/prod/ack"),
        ("airium-websocket-feed", f"{EXECUTION}/prod/text_cancel"),
        ("airium-websocket-feed", f"{EXECUTION}/prod/sessions"),
    }


@pytest.mark.parametrize("stack", STACKS)
def test_the_stage_is_named_prod(stack: str) -> None:
    (stage,) = api(stack).of_type("apigatewayv2/stage:Stage")

    assert stage.inputs["name"] == "prod"


def test_the_stage_serves_the_explicit_deployment() -> None:
    (stage,) = api("prod").of_type("apigatewayv2/stage:Stage")

    assert stage.inputs["deploymentId"] == "api-deployment-id"
    assert "autoDeploy" not in stage.inputs


@pytest.mark.parametrize("stack", STACKS)
def test_the_stage_has_both_throttles_above_zero(stack: str) -> None:
    (stage,) = api(stack).of_type("apigatewayv2/stage:Stage")

    settings = stage.inputs["defaultRouteSettings"]
    assert settings["throttlingRateLimit"] > 0
    assert settings["throttlingBurstLimit"] > 0
    assert "routeSettings" not in stage.inputs


def test_the_throttles_are_settings() -> None:
    config = stack_config("dev", api={"throttlingRate": "12.5", "throttlingBurst": "7"})

    (stage,) = evaluate("dev", config).within("WebSocketApi").of_type("apigatewayv2/stage:Stage")

    assert stage.inputs["defaultRouteSettings"] == {"throttlingRateLimit": 12.5, "throttlingBurstLimit": 7}


LINE = {
    *("requestId", "requestTime", "eventType", "routeKey", "connectionId", "status", "ip"),
    *("error", "authorizerError", "integrationError", "integrationLatency"),
}
"""What each line of the access log says."""


def test_access_logs_hold_no_query_string() -> None:
    (stage,) = api("prod").of_type("apigatewayv2/stage:Stage")

    settings = stage.inputs["accessLogSettings"]
    members = json.loads(settings["format"])
    variables = set(members.values())
    assert settings["destinationArn"].endswith(":log-group:/aws/apigateway/airium-websocket")
    assert set(members) == LINE
    assert "$context.connectionId" in variables
    assert not [each for each in variables if "query" in each.lower() or "path" in each.lower()]


def test_access_logs_wait_for_the_accounts_role_where_the_stack_manages_it() -> None:
    (stage,) = api("prod").of_type("apigatewayv2/stage:Stage")
    (account,) = evaluated("prod").of_type("apigateway/account:Account")

    assert account.inputs["cloudwatchRoleArn"] == "arn:aws:iam::123456789012:role/api-logs-role"
    assert account.urn in stage.dependencies
    assert account.retain_on_delete


def test_the_accounts_role_may_do_what_api_gateway_demands() -> None:
    attached = evaluated("prod").named("api-logs-may-push").inputs

    policy = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    assert attached == {"role": "api-logs-role", "policyArn": policy}


def test_an_existing_gateway_role_is_left_alone() -> None:
    config = stack_config("dev", api={"accessLogs": "true", "gatewayLogsRole": "existing"})

    evaluation = evaluate("dev", config)

    (stage,) = evaluation.within("WebSocketApi").of_type("apigatewayv2/stage:Stage")
    assert "accessLogSettings" in stage.inputs
    assert evaluation.of_type("apigateway/account:Account") == []


def test_access_logs_can_be_off() -> None:
    (stage,) = api("dev").of_type("apigatewayv2/stage:Stage")

    assert "accessLogSettings" not in stage.inputs


def test_the_deployment_waits_for_all_that_it_freezes() -> None:
    evaluation = api("prod")
    kinds = ("Route", "Integration", "IntegrationResponse", "RouteResponse", "Authorizer")

    frozen = {each.urn for each in evaluation.registrations if each.type.rpartition(":")[2] in kinds}
    assert len(frozen) == 13 + 4 + 1 + 6 + 1
    assert frozen <= evaluation.named("api-deployment").dependencies


Serve = Callable[[WebSocketApi, Function, Function], None]


def fingerprint(serve: Serve, stack: str = "dev", **config: object) -> str:
    """Deploy an API with two functions, `one` and `other`, and give what triggers its deployment."""

    def program() -> None:
        naming, settings = Naming(stack), Settings.model_validate(config)
        api = WebSocketApi("api", WebSocketApiArgs(naming, settings))
        runtime = Runtime(naming, settings, pulumi.AssetArchive({}), "arn:aws:lambda:layer")
        one, other = (
            Function(name, runtime, FunctionArgs(names.MESSAGE, RouteSize(), {})) for name in ("one", "other")
        )
        serve(api, one, other)

    triggers = evaluate(stack, {}, program).named("api-deployment").inputs["triggers"]
    found: str = triggers["fingerprint"]
    return found


def reference(api: WebSocketApi, one: Function, other: Function) -> None:
    api.serve([FunctionRoute("$connect", one, authorized=True), MockRoute("ping", "pong")], other)


CHANGES: dict[str, Serve] = {
    "another route key": lambda api, one, other: api.serve(
        [FunctionRoute("$default", one, authorized=True), MockRoute("ping", "pong")], other
    ),
    "one more route": lambda api, one, other: api.serve(
        [
            FunctionRoute("$connect", one, authorized=True),
            FunctionRoute("$disconnect", one),
            MockRoute("ping", "pong"),
        ],
        other,
    ),
    "one route less": lambda api, one, other: api.serve(
        [FunctionRoute("$connect", one, authorized=True)], other
    ),
    "another function": lambda api, _, other: api.serve(
        [FunctionRoute("$connect", other, authorized=True), MockRoute("ping", "pong")], other
    ),
    "two-way": lambda api, one, other: api.serve(
        [FunctionRoute("$connect", one, authorized=True, two_way=True), MockRoute("ping", "pong")], other
    ),
    "not authorized": lambda api, one, other: api.serve(
        [FunctionRoute("$connect", one), MockRoute("ping", "pong")], other
    ),
    "another authorizer": lambda api, one, _: api.serve(
        [FunctionRoute("$connect", one, authorized=True), MockRoute("ping", "pong")], one
    ),
    "another answer": lambda api, one, other: api.serve(
        [FunctionRoute("$connect", one, authorized=True), MockRoute("ping", "PONG")], other
    ),
}


def test_the_same_api_is_not_deployed_again() -> None:
    assert fingerprint(reference) == fingerprint(reference)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_deployed(change: str) -> None:
    assert fingerprint(CHANGES[change]) != fingerprint(reference)


def test_a_throttle_needs_no_deployment() -> None:
    assert fingerprint(reference, api={"throttlingRate": "5"}) == fingerprint(reference)
