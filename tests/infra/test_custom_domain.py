"""The custom domain: clients use it, and callbacks stay at the gateway's own address, which stays enabled."""

from collections.abc import Callable

import pytest

from tests.infra.program import DOMAIN, STACKS, Evaluation, at_domain, evaluate, evaluated, stack_config

OWN = "https://api-api-id.execute-api.us-east-1.amazonaws.com/prod"
TARGET = "d-abcdef1234.execute-api.us-east-1.amazonaws.com"
TYPES = ("apigatewayv2/domainName:DomainName", "apigatewayv2/apiMapping:ApiMapping", "route53/record:Record")


def without_zone() -> Evaluation:
    domain = {key: value for key, value in DOMAIN.items() if key != "hostedZoneId"}
    return evaluate("prod", stack_config("prod", domain=domain))


@pytest.mark.parametrize("stack", STACKS)
def test_there_is_none_unasked(stack: str) -> None:
    found = evaluated(stack)

    assert [each for type_ in TYPES for each in found.of_type(type_)] == []
    assert {"domain_target", "domain_target_zone"} & found.outputs.keys() == set()


def test_clients_connect_to_it_and_callbacks_do_not() -> None:
    functions = at_domain("prod").of_type("lambda/function:Function")
    endpoints = {each.inputs["environment"]["variables"].get("MANAGEMENT_ENDPOINT") for each in functions}

    assert at_domain("prod").outputs["websocket_url"] == "wss://chat.example.com"
    assert at_domain("prod").outputs["management_endpoint"] == OWN
    assert endpoints == {OWN, None}


@pytest.mark.parametrize("program", [evaluated, at_domain])
def test_the_gateways_own_address_stays_enabled_for_callbacks(
    program: Callable[[str], Evaluation],
) -> None:
    apis = program("prod").within("WebSocketApi").of_type("apigatewayv2/api:Api")

    assert [each.inputs["disableExecuteApiEndpoint"] for each in apis] == [False]


def test_the_permissions_are_those_without_it() -> None:
    def allowed(program: Evaluation) -> dict[str, object]:
        return {each.name: each.inputs for each in program.of_type("iam/rolePolicy:RolePolicy")}

    assert allowed(at_domain("prod")) == allowed(evaluated("prod"))


def test_it_is_regional_takes_tls_1_2_and_is_asked_over_both_kinds_of_ip() -> None:
    (domain,) = at_domain("prod").of_type("apigatewayv2/domainName:DomainName")

    assert domain.inputs["domainName"] == "chat.example.com"
    assert domain.inputs["domainNameConfiguration"] == {
        "certificateArn": DOMAIN["certificateArn"],
        "endpointType": "REGIONAL",
        "securityPolicy": "TLS_1_2",
        "ipAddressType": "dualstack",
    }


def test_it_leads_to_the_stage_without_a_path_once_both_are_there() -> None:
    (mapping,) = at_domain("prod").of_type("apigatewayv2/apiMapping:ApiMapping")
    stage = at_domain("prod").named("api-stage")
    domain = at_domain("prod").named("api-domain-name")

    assert mapping.inputs == {"apiId": "api-api-id", "domainName": "api-domain-name-id", "stage": "prod"}
    assert {stage.urn, domain.urn} <= mapping.dependencies


def test_its_zone_gets_a_record_for_each_kind_of_ip() -> None:
    records = {
        each.inputs["type"]: each.inputs for each in at_domain("prod").of_type("route53/record:Record")
    }

    alias = {"name": TARGET, "zoneId": "Z1UJRXOUMOOFQ8", "evaluateTargetHealth": False}
    common = {"zoneId": DOMAIN["hostedZoneId"], "name": "chat.example.com", "aliases": [alias]}
    assert records == {"A": {**common, "type": "A"}, "AAAA": {**common, "type": "AAAA"}}


def test_without_a_zone_the_outputs_say_where_records_lead_to() -> None:
    found = without_zone()

    assert found.of_type("route53/record:Record") == []
    assert found.outputs["domain_target"] == TARGET
    assert found.outputs["domain_target_zone"] == "Z1UJRXOUMOOFQ8"


def test_tickets_are_asked_for_at_an_address_of_their_own() -> None:
    mappings = at_domain("prod").of_type("apigatewayv2/apiMapping:ApiMapping")

    # a domain that leads to a WebSocket API takes no HTTP API
    assert len(mappings) == 1
    assert at_domain("prod").outputs["ticket_url"] == evaluated("prod").outputs["ticket_url"]


def test_a_preview_plans_the_same_resources() -> None:
    planned, made = (
        {(each.type, each.name) for each in at_domain("prod", preview=preview).registrations}
        for preview in (True, False)
    )

    assert planned == made
