"""Speech: what its functions are, know and may do, and that there is nothing of it unasked."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pytest

from functions import names
from functions.domain.voice import channels
from infra.functions.code import function_code
from infra.functions.function import Runtime
from infra.functions.locks import Lock
from infra.gateway.websocket_api import WebSocketApi, WebSocketApiArgs
from infra.naming import Naming
from infra.settings.configuration import read_settings
from infra.settings.settings import LayerTarget
from infra.tables.event_store import EventStore, EventStoreArgs
from infra.tables.feed_store import FeedStore, FeedStoreArgs
from infra.tables.read_model import ReadModel, ReadModelArgs
from infra.voice.voice import NAMESPACE, Voice, VoiceArgs
from tests.infra.program import (
    ACCOUNT,
    REGION,
    STACKS,
    Evaluation,
    evaluate,
    evaluated,
    speaking,
    stack_config,
)
from tests.infra.test_permissions import (
    API,
    CLAIMS,
    EVENTS,
    FEEDS,
    MANAGE,
    MESSAGES,
    WHERE,
    allowed,
    logs,
)

ON = {"enabled": "true"}
MODEL = f"arn:aws:bedrock:{REGION}::foundation-model/amazon.nova-2-sonic-v1:0"
CHANNELS = f"arn:aws:appsync:{WHERE}:apis/voice-api-id"
SESSION = f"arn:aws:lambda:{WHERE}:function:airium-websocket-voice-session"
FAILURE = f"arn:aws:lambda:{WHERE}:function:airium-websocket-voice-failure"
ENDING = {
    ("dynamodb:PutItem", EVENTS),
    ("dynamodb:BatchGetItem", EVENTS),
    ("dynamodb:DeleteItem", f"{CLAIMS}voice#*"),
    ("dynamodb:PutItem", f"{CLAIMS}ended#*"),
    ("dynamodb:UpdateItem", f"{CLAIMS}speaking#*"),
    ("dynamodb:UpdateItem", f"{CLAIMS}seats#*"),
    ("dynamodb:UpdateItem", f"{CLAIMS}spoken#*"),
    ("dynamodb:Query", FEEDS),
    ("dynamodb:BatchWriteItem", FEEDS),
    (MANAGE, f"{API}/POST/@connections/*"),
}
"""What it takes to end a session, and to tell of it."""
EXPECTED = {
    "voice-session-role": {
        *logs("voice-session"),
        *ENDING,
        ("dynamodb:PutItem", f"{CLAIMS}voice#*"),
        ("dynamodb:PutItem", f"{CLAIMS}run#*"),
        ("dynamodb:PutItem", FEEDS),
        ("dynamodb:Query", MESSAGES),
        (MANAGE, f"{API}/GET/@connections/*"),
        ("appsync:EventConnect", CHANNELS),
        ("appsync:EventPublish", f"{CHANNELS}/channelNamespace/voice"),
        ("appsync:EventSubscribe", f"{CHANNELS}/channelNamespace/voice"),
        ("lambda:InvokeFunction", SESSION),
        ("lambda:InvokeFunction", FAILURE),
        ("bedrock:InvokeModel", MODEL),
        ("bedrock:InvokeModelWithBidirectionalStream", MODEL),
    },
    "voice-failure-role": {
        *logs("voice-failure"),
        *ENDING,
        ("dynamodb:GetItem", f"{CLAIMS}voice#*"),
        ("dynamodb:GetItem", f"{CLAIMS}run#*"),
        ("sqs:SendMessage", f"arn:aws:sqs:{WHERE}:airium-websocket-voice-failures"),
    },
}
KNOWN = {
    *("EVENTS_TABLE", "CLAIMS_TABLE", "FEEDS_TABLE", "MESSAGES_TABLE", "MANAGEMENT_ENDPOINT"),
    *("LAMBDA_ENDPOINT", "VOICE_HTTP_HOST", "VOICE_REALTIME_HOST", "VOICE_ENGINE", "VOICE_MODEL"),
    *("VOICE_NAME", "VOICE_HISTORY_TURNS", "VOICE_GRACE_SECONDS", "VOICE_HANDOVER_SECONDS"),
    *("VOICE_SECONDS_PER_DAY", "LOG_LEVEL"),
}


def _layer(_: LayerTarget, lock: Lock) -> Path:
    return Path("/layers") / lock.name


def _speech() -> None:
    """Make what people speak with as the program does, with layers that nobody built."""
    settings, naming = read_settings(), Naming(pulumi.get_stack())
    store = EventStore("event-store", EventStoreArgs(naming, settings.log, protect=False))
    feeds = FeedStore("feed-store", FeedStoreArgs(naming, settings.log, protect=False))
    model = ReadModel("read-model", ReadModelArgs(naming, protect=False))
    api = WebSocketApi("api", WebSocketApiArgs(naming, settings))
    runtime = Runtime(naming, settings, function_code(), "arn:of:the:dependencies")
    voice = Voice("voice", runtime, VoiceArgs(store, feeds, model, api, REGION, build=_layer))
    pulumi.export("variables", voice.variables)


def with_nova(**voice: object) -> Evaluation:
    """Evaluate speech on AWS, where people speak with Nova 2 Sonic."""
    return evaluate("prod", stack_config("prod", voice=ON | voice), _speech)


@cache
def spoken() -> Evaluation:
    return with_nova()


def function(name: str, evaluation: Callable[[], Evaluation] = spoken) -> dict[str, Any]:
    return evaluation().named(f"{name}-function").inputs


def local() -> Evaluation:
    return evaluated("local")


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_no_stack_on_aws_has_anything_of_speech_unasked(stack: str) -> None:
    found = evaluated(stack)
    message = found.named("message-function").inputs["environment"]["variables"]

    assert [each.name for each in found.registrations if each.name.startswith("voice")] == []
    assert not {names.VOICE_SESSION_FUNCTION, names.VOICE_HTTP_HOST, names.VOICE_SESSIONS} & message.keys()
    assert "voice_session_function" not in found.outputs


@pytest.mark.parametrize("role", EXPECTED)
def test_a_role_of_speech_may_do_what_its_function_needs_and_nothing_else(role: str) -> None:
    found = allowed(spoken(), role)

    assert set(found) == EXPECTED[role]
    assert len(found) == len(EXPECTED[role])


def test_an_echo_asks_no_model() -> None:
    found = {action for action, _ in allowed(local(), "voice-session-role")}

    assert found == {action for action, _ in EXPECTED["voice-session-role"] if "bedrock" not in action}


def test_another_model_is_the_only_one_that_may_be_spoken_with() -> None:
    found = allowed(with_nova(model="amazon.nova-3-sonic-v1:0"), "voice-session-role")

    asked = {resource for action, resource in found if action.startswith("bedrock:")}
    assert asked == {MODEL.replace("nova-2", "nova-3")}


def test_the_function_that_takes_frames_may_open_sessions_and_hand_speech_on_and_nothing_more() -> None:
    added = set(allowed(speaking("prod"), "message-role")) - set(allowed(evaluated("prod"), "message-role"))

    assert added == {
        ("appsync:EventPublish", f"{CHANNELS}/channelNamespace/voice"),
        ("lambda:InvokeFunction", SESSION),
        ("dynamodb:PutItem", f"{CLAIMS}voice#*"),
        ("dynamodb:GetItem", f"{CLAIMS}voice#*"),
        ("dynamodb:GetItem", f"{CLAIMS}ended#*"),
        *(("dynamodb:UpdateItem", f"{CLAIMS}{kind}#*") for kind in ("voices", "speaking", "seats", "spoken")),
    }


def test_the_function_of_a_session_knows_what_it_works_on() -> None:
    found = function("voice-session")

    assert found["name"] == "airium-websocket-voice-session"
    assert found["handler"] == names.VOICE_SESSION
    assert found["environment"]["variables"].keys() == KNOWN
    more = {names.VOICE_SYSTEM_PROMPT, names.VOICE_ENDPOINTING}
    told = function("voice-session", lambda: with_nova(systemPrompt="Be brief.", endpointing="LOW"))
    assert told["environment"]["variables"].keys() == KNOWN | more
    emulated = {names.APPSYNC_ENDPOINT, names.EMULATED}
    assert function("voice-session", local)["environment"]["variables"].keys() == KNOWN | emulated


def test_the_longest_settings_fit_into_the_variables_of_a_function() -> None:
    voice = {"systemPrompt": "x" * 2_048, "endpointing": "MEDIUM", "voice": "v" * 64, "model": "m" * 128}

    variables = function("voice-session", lambda: with_nova(**voice))["environment"]["variables"]

    assert sum(len(name) + len(value) for name, value in variables.items()) < 4_096


def test_the_function_for_failures_knows_what_it_works_on() -> None:
    found = function("voice-failure")

    assert found["handler"] == names.VOICE_FAILURE
    assert found["environment"]["variables"].keys() == {
        *("EVENTS_TABLE", "CLAIMS_TABLE", "FEEDS_TABLE", "MANAGEMENT_ENDPOINT", "LOG_LEVEL"),
    }


def test_a_session_lives_for_a_quarter_of_an_hour_and_is_never_begun_again() -> None:
    invocations = spoken().named("voice-session-invocations").inputs

    assert function("voice-session")["timeout"] == 900
    assert (invocations["maximumRetryAttempts"], invocations["maximumEventAgeInSeconds"]) == (0, 60)
    assert invocations["destinationConfig"] == {"onFailure": {"destination": FAILURE}}


def test_a_failure_that_cannot_be_seen_to_is_tried_again_and_then_kept() -> None:
    invocations = spoken().named("voice-failure-invocations").inputs
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:airium-websocket-voice-failures"

    assert (invocations["maximumRetryAttempts"], invocations["maximumEventAgeInSeconds"]) == (2, 900)
    assert invocations["destinationConfig"] == {"onFailure": {"destination": queue}}


def test_both_destinations_are_set_after_the_permission_to_use_them() -> None:
    for name in ("voice-session", "voice-failure"):
        waits = spoken().named(f"{name}-invocations").dependencies
        assert spoken().named(f"{name}-may-send-failures").urn in waits


def _layers(evaluation: Evaluation) -> dict[str, list[str]]:
    layer = f"arn:aws:lambda:{WHERE}:layer:airium-websocket-"
    return {
        each.name.removesuffix("-function"): [
            arn.removeprefix(layer).partition(":")[0].removesuffix("-local")
            for arn in each.inputs["layers"]
            if arn.startswith(layer)
        ]
        for each in evaluation.of_type("lambda/function:Function")
    }


def test_only_the_function_of_a_session_carries_what_it_subscribes_and_speaks_with() -> None:
    carried = _layers(local())

    assert carried.pop("voice-session") == ["dependencies", "voice"]
    assert {tuple(each) for each in carried.values()} == {("dependencies",)}
    assert _layers(spoken()) == {"voice-session": ["voice", "nova"], "voice-failure": []}


def test_the_functions_and_the_program_have_one_namespace_of_channels() -> None:
    assert channels.NAMESPACE == NAMESPACE
    assert spoken().named("voice-namespace").inputs["name"] == NAMESPACE


def test_the_function_that_takes_frames_knows_the_limits_of_speech() -> None:
    limits = {"voiceSessionsAtATime": "3", "voiceSecondsPerDay": "600"}
    config = stack_config("local", limits=limits, voice={**ON, "engine": "echo", "sessions": "7"})

    message = evaluate("local", config).named("message-function").inputs["environment"]["variables"]

    assert {name: message[name] for name in message if name.startswith("VOICE_S")} == {
        names.VOICE_SESSION_FUNCTION: "airium-websocket-voice-session-local",
        names.VOICE_SESSIONS: "7",
        names.VOICE_SESSIONS_PER_USER: "3",
        names.VOICE_SESSIONS_PER_MINUTE: "6",
        names.VOICE_SECONDS_PER_DAY: "600",
    }
    assert message[names.VOICE_HTTP_HOST] == f"voice-api-id.appsync-api.{REGION}.amazonaws.com"


def test_executions_of_sessions_are_reserved_where_a_setting_says_so() -> None:
    sizes = {"sizes": {"voiceSession": {"reservedConcurrency": "60", "memoryMb": "768"}}}
    config = stack_config("prod", voice=ON, functions=sizes)

    found = evaluate("prod", config, _speech).named("voice-session-function").inputs

    assert (found["reservedConcurrentExecutions"], found["memorySize"]) == (60, 768)
    assert "reservedConcurrentExecutions" not in function("voice-session")


@pytest.mark.parametrize("stack", [each for each in STACKS if each != "local"])
def test_a_preview_of_speech_registers_what_the_update_registers(stack: str) -> None:
    config = stack_config(stack, voice=ON)
    preview, update = (evaluate(stack, config, _speech, preview=each) for each in (True, False))

    assert {each.urn for each in preview.registrations} == {each.urn for each in update.registrations}
