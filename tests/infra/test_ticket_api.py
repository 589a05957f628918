"""The ticket API: one route, for the bearers of tokens, and nothing that writes a token down."""

import json
from typing import Any

import pytest

from infra.settings.identity import TRACING_HEADERS
from tests.infra.program import Evaluation, evaluate, evaluated, stack_config

EXECUTION = "arn:aws:execute-api:us-east-1:123456789012:tickets-api-id"


def only(kind: str, evaluation: Evaluation | None = None) -> dict[str, Any]:
    """Give the inputs of the API's one resource of a type."""
    (found,) = (evaluation or evaluated("prod")).within("TicketApi").of_type(kind)
    return found.inputs


def with_tickets(stack: str = "dev", **tickets: object) -> Evaluation:
    return evaluate(stack, stack_config(stack, identity="cognito", tickets=tickets))


def test_it_is_an_http_api_with_one_route() -> None:
    assert only("apigatewayv2/api:Api") == {"name": "airium-websocket-tickets", "protocolType": "HTTP"}
    assert only("apigatewayv2/route:Route") == {
        "apiId": "tickets-api-id",
        "routeKey": "POST /tickets",
        "target": "integrations/tickets-integration-id",
        "authorizationType": "JWT",
        "authorizerId": "tickets-authorizer-id",
    }


def test_the_gateway_verifies_the_tokens_of_the_directory() -> None:
    assert only("apigatewayv2/authorizer:Authorizer") == {
        "apiId": "tickets-api-id",
        "name": "airium-websocket-tokens",
        "authorizerType": "JWT",
        "identitySources": ["$request.header.Authorization"],
        "jwtConfiguration": {
            "issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool",
            "audiences": ["users-client-id"],
        },
    }


def test_the_tokens_of_given_clients_are_taken() -> None:
    users = {"userPoolId": "eu-west-1_Existing", "clientIds": ["web", "phone"]}

    evaluation = evaluate("dev", stack_config("dev", users=users))

    assert only("apigatewayv2/authorizer:Authorizer", evaluation)["jwtConfiguration"] == {
        "issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Existing",
        "audiences": ["web", "phone"],
    }


def test_the_route_reaches_the_function() -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:airium-websocket-ticket"
    gateway = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions"

    assert only("apigatewayv2/integration:Integration") == {
        "apiId": "tickets-api-id",
        "integrationType": "AWS_PROXY",
        "integrationMethod": "POST",
        "integrationUri": f"{gateway}/{arn}/invocations",
        "payloadFormatVersion": "2.0",
        "timeoutMilliseconds": 29_000,
    }


def test_the_gateway_may_invoke_the_function_for_that_route_only() -> None:
    assert only("lambda/permission:Permission") == {
        "action": "lambda:InvokeFunction",
        "function": "airium-websocket-ticket",
        "principal": "apigateway.amazonaws.com",
        "sourceArn": f"{EXECUTION}/$default/POST/tickets",
    }


def test_the_stage_deploys_by_itself_and_has_both_throttles() -> None:
    stage = only("apigatewayv2/stage:Stage", evaluated("dev"))

    assert stage == {
        "apiId": "tickets-api-id",
        "name": "$default",
        "autoDeploy": True,
        "defaultRouteSettings": {"throttlingRateLimit": 500, "throttlingBurstLimit": 500},
    }


def test_the_throttles_are_settings() -> None:
    stage = only("apigatewayv2/stage:Stage", with_tickets(throttlingRate="12.5", throttlingBurst="7"))

    assert stage["defaultRouteSettings"] == {"throttlingRateLimit": 12.5, "throttlingBurstLimit": 7}


def test_access_logs_go_to_a_group_of_their_own_that_expires() -> None:
    group = only("cloudwatch/logGroup:LogGroup")

    destination = only("apigatewayv2/stage:Stage")["accessLogSettings"]["destinationArn"]
    assert group == {"name": "/aws/apigateway/airium-websocket-tickets", "retentionInDays": 30}
    assert destination.endswith(f":log-group:{group['name']}")


def test_access_logs_hold_nothing_that_a_token_could_be_in() -> None:
    settings = only("apigatewayv2/stage:Stage")["accessLogSettings"]

    members = json.loads(settings["format"])
    variables = set(members.values())
    assert set(members) == {
        *("requestId", "requestTime", "routeKey", "status", "ip"),
        *("error", "authorizerError", "integrationError", "integrationLatency"),
    }
    assert "$context.status" in variables
    assert not [
        each for each in variables if any(word in each.lower() for word in ("header", "query", "path"))
    ]
    assert {each for each in variables if "authorizer" in each} == {"$context.authorizer.error"}


def test_access_logs_can_be_off() -> None:
    evaluation = evaluated("dev")

    assert evaluation.within("TicketApi").of_type("cloudwatch/logGroup:LogGroup") == []
    assert "accessLogSettings" not in only("apigatewayv2/stage:Stage", evaluation)


def test_pages_of_other_origins_get_nothing_by_default() -> None:
    assert "corsConfiguration" not in only("apigatewayv2/api:Api")


def test_pages_of_given_origins_may_ask_with_a_token() -> None:
    origins = ["https://app.example.com", "http://localhost:3000"]

    api = only("apigatewayv2/api:Api", with_tickets(origins=origins))

    assert api["corsConfiguration"] == {
        "allowOrigins": origins,
        "allowMethods": ["POST"],
        "allowHeaders": ["authorization", "content-type", *TRACING_HEADERS],
        "allowCredentials": False,
        "maxAge": 3_600,
    }


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ([], ["authorization"]),
        (["x-tenant", "baggage"], ["authorization", "x-tenant", "baggage"]),
        (["X-Tenant", "x-tenant", "Authorization"], ["authorization", "x-tenant"]),
    ],
)
def test_pages_may_send_the_headers_that_a_stack_names_and_always_the_token(
    headers: list[str], allowed: list[str]
) -> None:
    api = only("apigatewayv2/api:Api", with_tickets(origins=["https://app.example.com"], headers=headers))

    assert api["corsConfiguration"]["allowHeaders"] == allowed


def test_headers_alone_open_nothing() -> None:
    assert "corsConfiguration" not in only("apigatewayv2/api:Api", with_tickets(headers=["x-tenant"]))


def test_the_url_is_that_of_the_default_stage_on_aws() -> None:
    url = "https://tickets-api-id.execute-api.us-east-1.amazonaws.com/tickets"

    assert evaluated("prod").outputs["ticket_url"] == url


def test_the_url_is_that_of_the_emulator_in_local() -> None:
    url = "http://127.0.0.1:4566/_aws/execute-api/tickets-api-id/$default/tickets"

    assert with_tickets("local").outputs["ticket_url"] == url


def test_a_stack_that_takes_a_clients_word_issues_no_tickets() -> None:
    assert evaluated("local").of_type("airium:realtime:TicketApi") == []
    assert [each for each in evaluated("local").registrations if "ticket" in each.name] == []


def test_the_size_of_the_function_is_a_setting() -> None:
    config = stack_config("dev", functions={"sizes": {"ticket": {"memoryMb": "256"}}})

    found = evaluate("dev", config).named("ticket-function").inputs

    assert (found["memorySize"], found["timeout"]) == (256, 15)


@pytest.mark.parametrize("stack", ["dev", "local"])
def test_a_preview_of_tickets_registers_what_the_update_registers(stack: str) -> None:
    config = stack_config(stack, identity="cognito", tickets={"origins": ["https://app.example.com"]})

    preview, update = (evaluate(stack, config, preview=unknown) for unknown in (True, False))

    assert {each.urn for each in preview.registrations} == {each.urn for each in update.registrations}
