"""Settings that cannot stand beside each other: each pair is refused, and each half is not."""

import json
from collections.abc import Mapping

import pulumi
import pytest

from infra.settings.configuration import ConfigurationError
from infra.settings.identity import IdentityMode
from tests.infra.program import DOMAIN, PROJECT, evaluate, stack_config
from tests.infra.test_settings import refusal, settings_of

EMULATOR = "http://127.0.0.1:4566"
POOL = "eu-west-1_Existing"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
MODEL_ELSEWHERE = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"
PROFILE = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
GUARDRAIL_ELSEWHERE = "arn:aws:bedrock:eu-west-1:123456789012:guardrail/gr1"
ELSEWHERE = "arn:aws:sns:eu-west-1:123456789012:alarms"
CERTIFICATE = DOMAIN["certificateArn"]


def _of_sessions(**size: str) -> dict[str, object]:
    return {"functions": {"sizes": {"voiceSession": size}}}


def _executions(reserved: int) -> dict[str, object]:
    return _of_sessions(reservedConcurrency=str(reserved))


PAIRS: dict[str, tuple[dict[str, object], str]] = {
    "a client's word on AWS": (
        {"identity": "query"},
        (
            "identity: found \"query\", allowed: 'cognito': 'query' proves nothing, so it is for an "
            "emulator, which endpoint names"
        ),
    ),
    "changes of whom nobody knows": (
        {"identity": "query", "endpoint": EMULATOR, "live": {"enabled": "true"}},
        (
            "live.enabled: found true, allowed: false without identity 'cognito': nobody could be told whose "
            "changes are whose"
        ),
    ),
    "clients of no pool": (
        {"users": {"clientIds": ["web"]}},
        (
            'users.clientIds: found ["web"], allowed: none without users.userPoolId: a pool that is made has '
            "none of these clients"
        ),
    ),
    "sign-up in a pool that is there": (
        {"users": {"userPoolId": POOL, "selfSignUp": "true"}},
        (
            "users.selfSignUp: found true, allowed: false beside users.userPoolId: who may sign up in a pool "
            "that is there already, it says itself"
        ),
    ),
    "a script on AWS": (
        {"ai": {"engine": "script"}},
        (
            "ai.engine: found \"script\", allowed: 'bedrock': 'script' is no model, so it is for an "
            "emulator, which endpoint names"
        ),
    ),
    "an echo on AWS": (
        {"voice": {"engine": "echo"}},
        (
            "voice.engine: found \"echo\", allowed: 'nova': 'echo' is no model, so it is for an emulator, "
            "which endpoint names"
        ),
    ),
    "speech without executions for it": (
        {"voice": {"enabled": "true", "sessions": "21"}, **_executions(23)},
        (
            "functions.sizes.voiceSession.reservedConcurrency: found 23, allowed: at least 24 beside "
            "voice.sessions 21: each holds one execution, and one more as it is handed over"
        ),
    ),
    "a hand-over after the end": (
        {"voice": {"enabled": "true", "handoverSeconds": "481"}, **_of_sessions(timeoutSeconds="600")},
        (
            "voice.handoverSeconds: found 481, allowed: at most 480 beside "
            "functions.sizes.voiceSession.timeoutSeconds 600: two minutes before its timeout, a function "
            "must be handing its session over"
        ),
    ),
    "fewer tokens than one text may take": (
        {"ai": {"enabled": "true", "historyTokens": "90000"}, "limits": {"tokensPerDay": "100000"}},
        (
            "limits.tokensPerDay: found 100000, allowed: at least 101955 beside ai.enabled: as many are "
            "reserved for the longest text, its history and its reply"
        ),
    ),
    "a guardrail of no version": (
        {"ai": {"guardrail": {"id": "gr1"}}},
        "ai.guardrail.version: found null, allowed: a number or 'DRAFT' beside ai.guardrail.id",
    ),
    "a version of no guardrail": (
        {"ai": {"guardrail": {"version": "7"}}},
        (
            'ai.guardrail.version: found "7", allowed: none without ai.guardrail.id: it is a guardrail\'s '
            "version"
        ),
    ),
    "a guardrail that nobody asks": (
        {"endpoint": EMULATOR, "ai": {"engine": "script", "guardrail": {"id": "gr1", "version": "7"}}},
        (
            "ai.guardrail.id: found \"gr1\", allowed: none beside ai.engine 'script': a script asks no "
            "guardrail"
        ),
    ),
    "a model of another region": (
        {"ai": {"model": MODEL_ELSEWHERE}},
        (
            f'ai.model: found "{MODEL_ELSEWHERE}", allowed: a model of us-east-1: another region\'s models '
            "are asked through an inference profile of this one"
        ),
    ),
    "a profile of an application's": (
        {"ai": {"model": PROFILE}},
        (
            f'ai.model: found "{PROFILE}", allowed: a model, or an inference profile of Bedrock\'s: of an '
            "application's own nobody can tell which models it may ask"
        ),
    ),
    "a guardrail of another region": (
        {"ai": {"guardrail": {"id": GUARDRAIL_ELSEWHERE, "version": "7"}}},
        (
            f'ai.guardrail.id: found "{GUARDRAIL_ELSEWHERE}", allowed: a guardrail of us-east-1: Bedrock '
            "finds no other region's"
        ),
    ),
    "replies that nobody looks after": (
        {"ai": {"enabled": "true"}, "sweeper": {"enabled": "false"}},
        (
            "sweeper.enabled: found false, allowed: true beside ai.enabled: the sweeper finds texts that "
            "nobody has answered"
        ),
    ),
    "replies that are looked after too seldom": (
        {"ai": {"enabled": "true"}, "sweeper": {"everyMinutes": "6"}},
        (
            "sweeper.everyMinutes: found 6, allowed: at most 5 beside ai.enabled: the sweeper finds texts "
            "that nobody has answered"
        ),
    ),
    "an age that a window and a timeout use up": (
        {"projector": {"windowSeconds": "300", "maxRecordAgeSeconds": "360"}},
        (
            "projector.maxRecordAgeSeconds: found 360, allowed: more than 360: the window and the "
            "projector's timeout, after which nothing would be tried again"
        ),
    ),
    "an age that outlasts the events": (
        {"projector": {"maxRecordAgeSeconds": "79201"}, "log": {"retentionDays": "15"}},
        (
            "projector.maxRecordAgeSeconds: found 79201, allowed: at most 79200 beside log.retentionDays 15: "
            "what waits 14 days in the failure queue after it must still find its event"
        ),
    ),
    "topics of no alarm": (
        {"alarms": {"topicArns": [TOPIC]}},
        f'alarms.topicArns: found ["{TOPIC}"], allowed: none without alarms.enabled: nothing would tell them',
    ),
    "topics of another region": (
        {"alarms": {"enabled": "true", "topicArns": [ELSEWHERE]}},
        (
            f'alarms.topicArns: found ["{ELSEWHERE}"], allowed: topics of us-east-1: an alarm tells no other '
            "region's"
        ),
    ),
    "alarms on lines that are not written": (
        {"alarms": {"enabled": "true"}, "functions": {"logLevel": "ERROR"}},
        (
            "functions.logLevel: found \"ERROR\", allowed: 'DEBUG', 'INFO' or 'WARN' beside alarms.enabled: "
            "alarms count warnings"
        ),
    ),
    "a name without a certificate": (
        {"domain": {"name": "chat.example.com"}},
        (
            'domain.name: found "chat.example.com", allowed: none without domain.certificateArn: clients '
            "trust no name without one"
        ),
    ),
    "a certificate without a name": (
        {"domain": {"certificateArn": CERTIFICATE}},
        (
            f'domain.certificateArn: found "{CERTIFICATE}", allowed: none without domain.name: it would be '
            "for nothing"
        ),
    ),
    "a zone without a name": (
        {"domain": {"hostedZoneId": "Z0123456789EXAMPLE"}},
        (
            'domain.hostedZoneId: found "Z0123456789EXAMPLE", allowed: none without domain.name: it would '
            "get no record"
        ),
    ),
    "a certificate of another region": (
        {"domain": {**DOMAIN, "certificateArn": CERTIFICATE.replace("us-east-1", "eu-west-1")}},
        (
            f'domain.certificateArn: found "{CERTIFICATE.replace("us-east-1", "eu-west-1")}", allowed: a '
            "certificate of us-east-1: the domain is there"
        ),
    ),
    "a name for an emulator": (
        {"endpoint": EMULATOR, "domain": DOMAIN},
        (
            'domain.name: found "chat.example.com", allowed: none beside endpoint: an emulator has its own '
            "address"
        ),
    ),
    "traces of an emulator": (
        {"identity": "query", "endpoint": EMULATOR, "tracing": {"enabled": "true"}},
        "tracing.enabled: found true, allowed: false beside endpoint: no emulator has X-Ray",
    ),
    "metrics of lines that are not written": (
        {"monitoring": {"enabled": "true"}, "functions": {"logLevel": "WARN"}},
        (
            "functions.logLevel: found \"WARN\", allowed: 'DEBUG' or 'INFO' beside monitoring.enabled: its "
            "metrics are of the lines of every request"
        ),
    ),
    "metrics and alarms of lines that are not written": (
        {
            "monitoring": {"enabled": "true"},
            "alarms": {"enabled": "true"},
            "functions": {"logLevel": "ERROR"},
        },
        (
            "functions.logLevel: found \"ERROR\", allowed: 'DEBUG' or 'INFO' beside monitoring.enabled: its "
            "metrics are of the lines of every request"
        ),
    ),
    "a role for logs that nobody writes": (
        {"api": {"gatewayLogsRole": "manage"}},
        (
            "api.gatewayLogsRole: found \"manage\", allowed: 'existing' without api.accessLogs: the role is "
            "made only where something is logged with it"
        ),
    ),
}

FIT: dict[str, dict[str, object]] = {
    "a client's word on an emulator": {"identity": "query", "endpoint": EMULATOR},
    "clients of a pool": {"users": {"userPoolId": POOL, "clientIds": ["web"]}},
    "sign-up in the pool that is made": {"users": {"selfSignUp": "true"}},
    "a pool that says who may sign up": {"users": {"userPoolId": POOL}},
    "a script on an emulator": {"ai": {"enabled": "true", "engine": "script"}, "endpoint": EMULATOR},
    "an echo on an emulator": {"voice": {"enabled": "true", "engine": "echo"}, "endpoint": EMULATOR},
    "executions for all speech": {"voice": {"enabled": "true", "sessions": "21"}, **_executions(24)},
    "few executions where nobody speaks": _executions(1),
    "the latest hand-over": {
        "voice": {"enabled": "true", "handoverSeconds": "480"},
        **_of_sessions(timeoutSeconds="600"),
    },
    "a late hand-over where nobody speaks": _of_sessions(timeoutSeconds="600"),
    "a guardrail with its version": {"ai": {"guardrail": {"id": "gr1", "version": "DRAFT"}}},
    "a model of this region": {"ai": {"model": MODEL_ELSEWHERE.replace("eu-west-1", "us-east-1")}},
    "tokens for the longest text": {
        "ai": {"enabled": "true", "historyTokens": "90000"},
        "limits": {"tokensPerDay": "101955"},
    },
    "few tokens where nothing is answered": {"ai": {"enabled": "false"}, "limits": {"tokensPerDay": "1"}},
    "replies that are looked after": {"ai": {"enabled": "true"}, "sweeper": {"everyMinutes": "5"}},
    "nobody who looks after no replies": {
        "ai": {"enabled": "false"},
        "sweeper": {"enabled": "false", "everyMinutes": "60"},
    },
    "an age for a second attempt": {"projector": {"windowSeconds": "300", "maxRecordAgeSeconds": "361"}},
    "the oldest record that finds its event": {
        "projector": {"maxRecordAgeSeconds": "79200"},
        "log": {"retentionDays": "15"},
    },
    "the oldest record": {"projector": {"maxRecordAgeSeconds": "82800"}, "log": {"retentionDays": "16"}},
    "alarms that one looks at": {"alarms": {"enabled": "true"}},
    "alarms on warnings": {"alarms": {"enabled": "true"}, "functions": {"logLevel": "WARN"}},
    "metrics of lines at the level of every day": {
        "monitoring": {"enabled": "true"},
        "functions": {"logLevel": "INFO"},
    },
    "metrics of all lines": {"monitoring": {"enabled": "true"}, "functions": {"logLevel": "DEBUG"}},
    "few lines, and nobody who counts them": {"functions": {"logLevel": "ERROR"}},
    "alarms that tell": {"alarms": {"enabled": "true", "topicArns": [TOPIC]}},
    "a name with its records": {"domain": DOMAIN},
    "a name whose records are made by hand": {
        "domain": {"name": "chat.example.com", "certificateArn": CERTIFICATE}
    },
    "traces on AWS": {"tracing": {"enabled": "true"}},
    "no traces of an emulator": {"endpoint": EMULATOR, "tracing": {"enabled": "false"}},
    "a role for logs": {"api": {"gatewayLogsRole": "manage", "accessLogs": "true"}},
    "users and tickets that are not asked": {
        "identity": "query",
        "endpoint": EMULATOR,
        "users": {"userPoolId": POOL},
        "tickets": {"origins": ["https://app.example.com"]},
    },
}


def written(settings: Mapping[str, object]) -> dict[str, str]:
    return {key: each if isinstance(each, str) else json.dumps(each) for key, each in settings.items()}


def refused(**config: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        settings_of({"aws:region": "us-east-1", **{f"{PROJECT}:{key}": each for key, each in config.items()}})
    return str(caught.value).splitlines()[1:]


@pytest.mark.parametrize("pair", PAIRS)
def test_what_cannot_stand_together_is_refused(pair: str) -> None:
    settings, line = PAIRS[pair]

    assert refused(**written(settings)) == [f"  {PROJECT}:{line}"]


@pytest.mark.parametrize("pair", FIT)
def test_what_can_stand_together_is_taken(pair: str) -> None:
    config = {f"{PROJECT}:{key}": each for key, each in written(FIT[pair]).items()}

    settings_of({"aws:region": "us-east-1", **config})


@pytest.mark.parametrize(
    ("region", "engine"),
    [("us-west-2", "nova"), ("ap-northeast-1", "nova"), ("eu-west-1", "echo"), (None, "nova")],
)
def test_people_can_speak_where_there_is_something_to_speak_with(region: str | None, engine: str) -> None:
    where = {} if region is None else {"aws:region": region}
    voice = json.dumps({"enabled": "true", "engine": engine})

    settings_of({**where, f"{PROJECT}:voice": voice, f"{PROJECT}:endpoint": EMULATOR})


def test_speech_is_refused_in_a_region_without_its_model() -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings_of({"aws:region": "eu-west-1", f"{PROJECT}:voice": json.dumps({"enabled": "true"})})

    assert str(caught.value).endswith(
        "voice.enabled: found true, allowed: false in eu-west-1: Nova 2 Sonic is in ap-northeast-1, "
        "us-east-1, us-west-2"
    )


def test_conflicts_are_named_at_once_beside_bad_values() -> None:
    lines = refused(
        identity="query",
        users='{"clientIds":["web"]}',
        api='{"gatewayLogsRole":"manage","stage":"a stage"}',
        protect="perhaps",
    )

    assert [line.partition(": found")[0].strip() for line in lines] == [
        f"{PROJECT}:{key}"
        for key in ("api.gatewayLogsRole", "api.stage", "identity", "protect", "users.clientIds")
    ]


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"users": '{"clientIds":["web"],"userPoolId":"pool"}'}, "users.userPoolId"),
        ({"users": '{"clientIds":["web",""]}'}, "users.clientIds[1]"),
        ({"identity": "query", "endpoint": "127.0.0.1"}, "endpoint"),
        ({"api": '{"gatewayLogsRole":"manage","accessLogs":"perhaps"}'}, "api.accessLogs"),
        ({"alarms": "on"}, "alarms"),
    ],
)
def test_of_what_is_bad_by_itself_nothing_else_is_said(config: dict[str, str], key: str) -> None:
    (line,) = refused(**config)

    assert line.strip().startswith(f"{PROJECT}:{key}: found")


def test_a_region_that_the_configuration_does_not_say_is_not_guessed() -> None:
    alarms = json.dumps({"enabled": "true", "topicArns": [ELSEWHERE]})

    assert settings_of({f"{PROJECT}:alarms": alarms}).alarms.topic_arns == (ELSEWHERE,)


@pytest.mark.parametrize("stack", ["dev", "prod", "production", "local"])
def test_no_stack_on_aws_takes_a_clients_word(stack: str) -> None:
    with pytest.raises(pulumi.RunError, match="proves nothing"):
        settings_of({f"{PROJECT}:identity": "query"}, stack)


@pytest.mark.parametrize("stack", ["dev", "prod", "production", "local"])
def test_any_stack_on_an_emulator_may_take_a_clients_word(stack: str) -> None:
    config = {f"{PROJECT}:identity": "query", f"{PROJECT}:endpoint": EMULATOR}

    assert settings_of(config, stack).identity is IdentityMode.QUERY


def test_the_program_itself_refuses_that() -> None:
    with pytest.raises(pulumi.RunError, match="proves nothing"):
        evaluate("prod", stack_config("prod", identity="query"))


def test_one_conflict_is_one_value() -> None:
    assert refusal(identity="query").startswith('1 value in the configuration of stack "dev" cannot')
