"""The APIs of AppSync Events: who may do what on them, which no emulator enforces."""

from typing import Any

import pulumi
import pytest

from functions import names
from infra.events_api.events_api import EventsApi, EventsApiArgs
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.naming import Naming
from infra.settings.settings import Settings
from infra.settings.sizes import Size
from tests.infra.program import ACCOUNT, REGION, Evaluation, evaluate, evaluated, live, stack_config
from tests.infra.test_permissions import allowed

API = "aws:appsync/api:Api"
NAMESPACE = "aws:appsync/channelNamespace:ChannelNamespace"
GROUP = "cognito/userGroup:UserGroup"
IAM, BY_FUNCTION = {"authType": "AWS_IAM"}, {"authType": "AWS_LAMBDA"}
AUTHORIZER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:airium-websocket-live-authorizer"
EMULATOR = "http://127.0.0.1:4566"


def speech(stack: str = "prod", endpoint: str | None = None) -> Evaluation:
    """Evaluate an API for functions alone, with one that publishes and one that subscribes."""

    def program() -> None:
        settings = Settings.model_validate({"endpoint": endpoint} if endpoint else {})
        runtime = Runtime(Naming(stack), settings, pulumi.AssetArchive({}), "layer")
        api = EventsApi("voice", runtime, EventsApiArgs("voice"))
        made = [
            Function(name, runtime, FunctionArgs("a.b", Size(), api.variables("HTTP", "REALTIME")))
            for name in ("speaker", "listener")
        ]
        api.grant_publish(made[0])
        api.grant_subscribe(made[1])

    return evaluate("dev", program=program)


def only(evaluation: Evaluation, kind: str) -> dict[str, Any]:
    (found,) = evaluation.of_type(kind)
    return found.inputs


def variables(evaluation: Evaluation, function: str) -> dict[str, Any]:
    told: dict[str, Any] = evaluation.named(f"{function}-function").inputs["environment"]["variables"]
    return told


def test_an_api_for_functions_takes_iam_alone() -> None:
    evaluation = speech()

    assert only(evaluation, API) == {
        "name": "airium-websocket-voice",
        "eventConfig": {
            "authProviders": [IAM],
            "connectionAuthModes": [IAM],
            "defaultPublishAuthModes": [IAM],
            "defaultSubscribeAuthModes": [IAM],
        },
    }
    assert only(evaluation, NAMESPACE) == {
        "apiId": "voice-api-id",
        "name": "voice",
        "publishAuthModes": [IAM],
        "subscribeAuthModes": [IAM],
    }


def test_each_function_does_on_its_channels_what_it_is_for_and_no_more() -> None:
    evaluation = speech()

    api = f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/voice-api-id"
    found = {role: [each for each in allowed(evaluation, role) if "appsync" in each[0]] for role in ROLES}
    assert found == {
        "speaker-role": [("appsync:EventPublish", f"{api}/channelNamespace/voice")],
        "listener-role": [
            ("appsync:EventConnect", api),
            ("appsync:EventSubscribe", f"{api}/channelNamespace/voice"),
        ],
    }


ROLES = ("speaker-role", "listener-role")


def test_a_function_is_told_the_hosts_and_an_emulators_url() -> None:
    told = variables(speech(), "listener")
    assert told["HTTP"] == "voice-api-id.appsync-api.us-east-1.amazonaws.com"
    assert told["REALTIME"] == "voice-api-id.appsync-realtime-api.us-east-1.amazonaws.com"
    assert names.APPSYNC_ENDPOINT not in told

    assert variables(speech("local", EMULATOR), "listener")[names.APPSYNC_ENDPOINT] == EMULATOR


def test_the_longest_stack_has_a_name_that_appsync_takes() -> None:
    assert len(only(speech("s" * 28), API)["name"]) == 50


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_nobody_is_told_of_changes_unless_a_setting_asks_for_it(stack: str) -> None:
    evaluation = evaluated(stack)

    assert [each for each in evaluation.of_type(API) if each.name == "live-api"] == []
    assert evaluation.of_type(GROUP) == []
    assert names.LIVE_HTTP_HOST not in variables(evaluation, "projector")


def test_people_read_by_what_the_function_says_and_publish_nothing() -> None:
    evaluation = live("prod")

    asked = {"authorizerUri": AUTHORIZER, "authorizerResultTtlInSeconds": 0}
    assert only(evaluation, API)["eventConfig"] == {
        "authProviders": [IAM, BY_FUNCTION | {"lambdaAuthorizerConfig": asked}],
        "connectionAuthModes": [BY_FUNCTION],
        "defaultPublishAuthModes": [IAM],
        "defaultSubscribeAuthModes": [BY_FUNCTION],
    }
    namespace = only(evaluation, NAMESPACE)
    assert (namespace["publishAuthModes"], namespace["subscribeAuthModes"]) == ([IAM], [BY_FUNCTION])


def test_that_api_alone_may_ask_the_function() -> None:
    found = live("prod").named("live-permission").inputs

    assert found["principal"] == "appsync.amazonaws.com"
    assert found["sourceArn"] == f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/live-api-id"
    assert found["function"] == "airium-websocket-live-authorizer"


def test_the_projector_alone_may_publish() -> None:
    evaluation = live("prod")

    roles = {each.name for each in evaluation.of_type(":Role")}
    publishing = {
        role for role in roles if any("appsync" in action for action, _ in allowed(evaluation, role))
    }
    assert publishing == {"projector-role"}
    namespace = f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/live-api-id/channelNamespace/live"
    assert ("appsync:EventPublish", namespace) in allowed(evaluation, "projector-role")


def test_the_function_reads_nothing_and_knows_the_tokens_and_the_group() -> None:
    evaluation = live("prod")

    function = evaluation.named("live-authorizer-function").inputs
    assert function["handler"] == names.LIVE_AUTHORIZER
    assert function["timeout"] == 10
    assert {action for action, _ in allowed(evaluation, "live-authorizer-role")} == {
        *("logs:CreateLogStream", "logs:PutLogEvents")
    }
    told = variables(evaluation, "live-authorizer")
    assert told.keys() == {"ISSUER", "CLIENT_IDS", "IDENTITY_USE", "JWKS_URL", "OPERATORS_GROUP", "LOG_LEVEL"}
    assert told["OPERATORS_GROUP"] == "operators"


def test_the_projector_and_the_outputs_have_the_hosts() -> None:
    evaluation = live("prod")

    host = "live-api-id.appsync-api.us-east-1.amazonaws.com"
    assert variables(evaluation, "projector")[names.LIVE_HTTP_HOST] == host
    assert evaluation.outputs["live_http_host"] == host
    assert evaluation.outputs["live_realtime_host"].startswith("live-api-id.appsync-realtime-api.")


def test_a_pool_that_is_made_has_the_group_and_one_that_is_there_is_left_alone() -> None:
    assert only(live("prod"), GROUP)["name"] == "operators"

    users = {"userPoolId": "us-east-1_Other", "clientIds": ["web"]}
    other = {"enabled": "true", "operatorsGroup": "staff"}
    elsewhere = evaluate("dev", stack_config("dev", live=other, users=users))
    assert elsewhere.of_type(GROUP) == []
    assert variables(elsewhere, "live-authorizer")["OPERATORS_GROUP"] == "staff"


def test_a_preview_knows_all_that_an_update_makes() -> None:
    preview, update = live("prod", preview=True), live("prod")

    assert {each.urn for each in preview.registrations} == {each.urn for each in update.registrations}


def test_the_function_has_alarms_and_what_was_lost_is_a_metric() -> None:
    evaluation = live("prod")

    alarms = {each.inputs["name"] for each in evaluation.of_type("metricAlarm:MetricAlarm")}
    kinds = ("errors", "throttles", "faults")
    assert {f"airium-websocket-live-authorizer-{kind}" for kind in kinds} <= alarms
    lost = evaluation.named("monitoring-projector-unpublished").inputs
    assert lost["pattern"] == '{ $.message = "project" && $.unpublished > 0 }'
    assert lost["metricTransformation"]["value"] == "$.unpublished"
