"""Every stack, as a whole: it evaluates, fits beside the others, and tells what an operator needs."""

import json
import re
from collections import Counter

import pytest

from functions import names
from tests.infra.program import ROOT, STACKS, evaluate, evaluated, stack_config

NAMING = {
    "aws:dynamodb/table:Table": "name",
    "aws:lambda/function:Function": "name",
    "aws:lambda/layerVersion:LayerVersion": "layerName",
    "aws:cloudwatch/logGroup:LogGroup": "name",
    "aws:sqs/queue:Queue": "name",
    "aws:scheduler/schedule:Schedule": "name",
    "aws:apigatewayv2/api:Api": "name",
    "aws:appsync/api:Api": "name",
    "aws:appsync/channelNamespace:ChannelNamespace": "name",
    "aws:cognito/userPool:UserPool": "name",
    "aws:cognito/userPoolClient:UserPoolClient": "name",
}
SPOKEN = {"voice_session_function", "voice_failure_queue"}
"""The outputs of a stack in which people can speak."""
OUTPUTS = {
    "websocket_url",
    "management_endpoint",
    "api_id",
    "events_table",
    "claims_table",
    "connections_table",
    "metrics_table",
    "messages_table",
    "sessions_table",
    "feeds_table",
    "connection_manager_function",
    "projector_function",
    "projector_mapping",
    "projector_timeout_seconds",
    "projector_failure_queue",
    "sweeper_function",
    "sweeper_failure_queue",
    "responder_function",
    "responder_failure_queue",
    "region",
    "retention_days",
}
PLACES = {
    "EventStore event-store",
    "ReadModel read-model",
    "WebSocketApi api",
    "WebSocketApi$GatewayLogs api-logs",
    "Function lifecycle",
    "Function message",
    "Feed feed",
    "Feed$Function feed",
    "FeedStore feed-store",
    "Responder responder",
    "Responder$FailureQueue responder-failures",
    "Responder$Function responder",
    "Admission admission",
    "Admission$UserDirectory users",
    "Admission$TicketApi tickets",
    "Admission$Function authorizer",
    "TicketApi$Function ticket",
    "Projector projector",
    "Projector$FailureQueue projector-failures",
    "Projector$Function projector",
    "ConnectionManager connection-manager",
    "ConnectionManager$Function connection-manager",
    "Sweeper sweeper",
    "Sweeper$FailureQueue sweeper-failures",
    "Sweeper$Function sweeper",
}
"""Each component of prod as its URN names it, with the one that it is in."""
VERIFIED = {"ticket_url", "user_pool_id", "user_pool_client_ids"}
"""The outputs of a stack in which a client proves who it is."""


def physical_names(stack: str) -> set[tuple[str, str]]:
    return {
        (each.type, each.inputs[NAMING[each.type]])
        for each in evaluated(stack).registrations
        # a namespace is named within its API
        if each.type in NAMING and not each.type.endswith(":ChannelNamespace")
    }


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_registers_what_the_update_registers(stack: str) -> None:
    preview = evaluated(stack, preview=True)

    update = evaluated(stack)
    assert {each.urn for each in preview.registrations} == {each.urn for each in update.registrations}


@pytest.mark.parametrize("stack", STACKS)
def test_no_two_resources_share_a_urn(stack: str) -> None:
    urns = Counter(each.urn for each in evaluated(stack).registrations)

    assert {urn for urn, count in urns.items() if count > 1} == set()


@pytest.mark.parametrize("stack", STACKS)
def test_every_resource_but_the_layer_belongs_to_a_component(stack: str) -> None:
    alone = {
        each.name
        for each in evaluated(stack).registrations
        if each.custom and "airium:realtime" not in each.urn
    }

    assert alone == {"dependencies"}


@pytest.mark.parametrize("stack", STACKS)
def test_component_types_are_of_the_project(stack: str) -> None:
    components = {each.type for each in evaluated(stack).registrations if not each.custom}

    optional = {
        f"airium:realtime:{each}"
        for each in ("GatewayLogs", "TicketApi", "UserDirectory", "Voice", "EventsApi")
    }
    assert components - optional == {
        f"airium:realtime:{component}"
        for component in (
            "EventStore",
            "Feed",
            "FeedStore",
            "Admission",
            "ReadModel",
            "Responder",
            "WebSocketApi",
            "Function",
            "FailureQueue",
            "Projector",
            "ConnectionManager",
            "Sweeper",
        )
    }


def test_a_component_keeps_its_place_or_all_of_its_resources_would_be_made_anew() -> None:
    urns = [each.urn.split("::") for each in evaluated("prod").registrations if not each.custom]

    found = [f"{types.removeprefix('pulumi:pulumi:Stack$')} {name}" for _, _, types, name in urns]
    assert sorted(each.replace("airium:realtime:", "") for each in found) == sorted(PLACES)


@pytest.mark.parametrize("stack", STACKS)
def test_the_outputs_are_what_an_operator_needs(stack: str) -> None:
    outputs = evaluated(stack).outputs

    assert set(outputs) == OUTPUTS | (SPOKEN if stack == "local" else VERIFIED)
    assert None not in outputs.values()


def test_the_urls_are_those_of_the_stage_on_aws() -> None:
    outputs = evaluated("prod").outputs

    host = "api-api-id.execute-api.us-east-1.amazonaws.com"
    assert outputs["websocket_url"] == f"wss://{host}/prod"
    assert outputs["management_endpoint"] == f"https://{host}/prod"


def test_the_urls_are_those_of_the_emulator_in_local() -> None:
    outputs = evaluated("local").outputs

    assert outputs["websocket_url"] == "ws://127.0.0.1:4566/_aws/execute-api/api-api-id/prod"
    assert outputs["management_endpoint"] == "http://127.0.0.1:4566/_aws/execute-api/api-api-id/prod"


def test_the_connections_table_has_its_plain_name_in_prod() -> None:
    assert evaluated("prod").outputs["connections_table"] == "airium-websocket-connections"


def test_the_connections_table_carries_the_stack_elsewhere() -> None:
    assert evaluated("dev").outputs["connections_table"] == "airium-websocket-connections-dev"


@pytest.mark.parametrize(("one", "other"), [("dev", "prod"), ("dev", "local"), ("prod", "local")])
def test_two_stacks_fit_in_one_account(one: str, other: str) -> None:
    assert physical_names(one) & physical_names(other) == set()


@pytest.mark.parametrize("stack", STACKS)
def test_only_what_has_a_physical_name_here_has_one(stack: str) -> None:
    named = {each.type for each in evaluated(stack).registrations if each.custom and "name" in each.inputs}

    # a stage and an authorizer are named within their API
    within = {"aws:apigatewayv2/stage:Stage", "aws:apigatewayv2/authorizer:Authorizer"}
    assert named - within - set(NAMING) == set()


def test_a_stack_name_that_no_function_could_carry_is_refused() -> None:
    with pytest.raises(Exception, match="1 to 28 of A-Z a-z 0-9 _ - are allowed"):
        evaluate("feature.one", stack_config("dev"))


def test_tables_of_prod_survive_it() -> None:
    tables = evaluated("prod").of_type(":Table")

    assert {(each.protect, each.retain_on_delete) for each in tables} == {(True, True)}
    assert {each.inputs["deletionProtectionEnabled"] for each in tables} == {True}


@pytest.mark.parametrize("stack", ["dev", "local"])
def test_tables_of_other_stacks_go_with_them(stack: str) -> None:
    tables = evaluated(stack).of_type(":Table")

    assert {(each.protect, each.retain_on_delete) for each in tables} == {(False, False)}


@pytest.mark.parametrize("stack", STACKS)
def test_no_function_is_told_a_secret(stack: str) -> None:
    functions = evaluated(stack).of_type("lambda/function:Function")

    told = {name for each in functions for name in each.inputs["environment"]["variables"]}
    assert {each for each in told if re.search("SECRET|PASSWORD|CREDENTIAL|PRIVATE|API_?KEY", each)} == set()
    # each variable is one of those that the functions know, and what they say is public
    assert told <= {each for each in vars(names).values() if isinstance(each, str)}


def test_the_roles_are_named_by_the_engine() -> None:
    roles = evaluated("prod").of_type(":Role")

    assert [each.name for each in roles if "name" in each.inputs] == []


@pytest.mark.parametrize("stack", STACKS)
def test_only_local_tells_the_functions_that_they_are_emulated(stack: str) -> None:
    functions = evaluated(stack).of_type("lambda/function:Function")

    found = {each.inputs["environment"]["variables"].get(names.EMULATED) for each in functions}
    assert found == ({"true"} if stack == "local" else {None})


@pytest.mark.parametrize("stack", STACKS)
def test_the_stack_file_has_only_text_and_groups_of_text(stack: str) -> None:
    config = {key: value for key, value in stack_config(stack).items() if key.startswith("airium")}

    values = [json.loads(value) if value.startswith("{") else value for value in config.values()]
    leaves = [leaf for each in values for leaf in (each.values() if isinstance(each, dict) else [each])]
    assert {type(leaf) for leaf in leaves} == {str}


def test_the_program_fits_on_a_screen() -> None:
    lines = (ROOT / "__main__.py").read_text().splitlines()

    assert len(lines) <= 100
