"""The settings: what a stack file may say, and how it learns what it may not."""

import json

import pulumi
import pytest

from functions.aws import clients
from functions.aws.log.patience import Patience
from functions.domain.frames.protocol import MAX_FRAME_BYTES, MAX_TEXT_CHARACTERS
from infra.settings.configuration import ConfigurationError, read_settings
from infra.settings.identity import LONGEST_TEXT_BYTES, TRACING_HEADERS, IdentityMode, TokenUse
from infra.settings.settings import GatewayLogsRole, LayerTarget, LogLevel, Settings
from infra.settings.sizes import LifecycleSize
from tests.infra.program import DOMAIN, PROJECT, STACKS, evaluate, written_config


def settings_of(config: dict[str, str], stack: str = "dev") -> Settings:
    read: list[Settings] = []
    evaluate(stack, config, lambda: read.append(read_settings()))
    return read[0]


def refusal(**config: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        settings_of({f"{PROJECT}:{key}": value for key, value in config.items()})
    return str(refused.value)


def test_an_empty_stack_file_has_every_default() -> None:
    settings = settings_of({})

    assert settings == Settings()
    assert settings.log.retention_days == 90
    assert settings.sweeper.idle_seconds == 3_600
    assert settings.layer is LayerTarget.ARM64
    assert settings.identity is IdentityMode.COGNITO
    assert settings.users.token_use is TokenUse.ACCESS
    assert settings.users.self_sign_up is False
    assert settings.tickets.origins == ()
    assert settings.tickets.headers == ("content-type", *TRACING_HEADERS)


@pytest.mark.parametrize("stack", STACKS)
def test_the_stack_files_are_valid(stack: str) -> None:
    settings = settings_of(written_config(stack), stack)

    assert settings.identity is (IdentityMode.QUERY if stack == "local" else IdentityMode.COGNITO)
    assert settings.layer is (LayerTarget.HOST if stack == "local" else LayerTarget.ARM64)
    assert settings.protect is (stack == "prod")
    assert (settings.endpoint is None) is (stack != "local")


def test_text_is_read_as_what_the_setting_is() -> None:
    group = '{"stage":"v1","throttlingRate":"12.5","throttlingBurst":"7","accessLogs":"true"}'

    api = settings_of({f"{PROJECT}:api": group, f"{PROJECT}:protect": "true"}).api

    assert (api.stage, api.throttling_rate, api.throttling_burst, api.access_logs) == ("v1", 12.5, 7, True)


def test_typed_members_are_read_too() -> None:
    functions = '{"logLevel":"WARN","logRetentionDays":90,"sizes":{"sweeper":{"timeoutSeconds":60}}}'

    found = settings_of({f"{PROJECT}:functions": functions}).functions

    assert (found.log_level, found.log_retention_days) == (LogLevel.WARN, 90)
    assert found.sizes.sweeper.timeout_seconds == 60
    assert found.sizes.sweeper.memory_mb == 512


def test_the_keys_of_others_are_none_of_ours() -> None:
    assert settings_of({"aws:region": "us-east-1", "other:identity": "nobody"}) == Settings()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().protect = True


def test_every_bad_value_is_named_at_once() -> None:
    message = refusal(
        identity="oracle",
        api='{"throttlingRate":"0","throttlingBurst":"-1","stage":"a stage"}',
        log='{"retentionDays":"14"}',
        functions='{"logRetentionDays":"31","sizes":{"message":{"timeoutSeconds":"30"}}}',
        projector='{"batchSize":"many"}',
        users='{"clientIds":["one","","a,b"],"tokenUse":"refresh","userPoolId":"pool"}',
        tickets='{"origins":"https://app.example.com"}',
        limits='{"voiceSessionsPerMinute":"31"}',
        sweeper="hourly",
        protect="perhaps",
        colour="red",
    )

    groups = (
        "ai, alarms, api, archive, dashboard, delivery, domain, endpoint, feeds, functions, identity, layer, "
        "limits, live, log, monitoring, projector, protect, sweeper, tickets, tracing, users, voice"
    )
    integer = "a valid integer, unable to parse string as an integer"
    periods = "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 3653"
    assert message.splitlines() == [
        '17 values in the configuration of stack "dev" cannot be used:',
        *(
            f"  airium-realtime:{line}"
            for line in (
                'api.stage: found "a stage", allowed: text that matches ^[A-Za-z0-9_-]{1,64}$',
                'api.throttlingBurst: found "-1", allowed: greater than 0',
                'api.throttlingRate: found "0", allowed: greater than 0',
                f'colour: found "red", allowed: no such setting, but {groups}',
                f'functions.logRetentionDays: found "31", allowed: one of {periods}',
                'functions.sizes.message.timeoutSeconds: found "30", allowed: less than or equal to 29',
                "identity: found \"oracle\", allowed: 'cognito' or 'query'",
                'limits.voiceSessionsPerMinute: found "31", allowed: less than or equal to 30',
                'log.retentionDays: found "14", allowed: greater than or equal to 15',
                f'projector.batchSize: found "many", allowed: {integer}',
                'protect: found "perhaps", allowed: a valid boolean, unable to interpret input',
                'sweeper: found "hourly", allowed: an object of enabled, everyMinutes, idleSeconds',
                'tickets.origins: found "https://app.example.com", allowed: a list',
                'users.clientIds[1]: found "", allowed: text that matches ^[A-Za-z0-9_+]{1,128}$',
                'users.clientIds[2]: found "a,b", allowed: text that matches ^[A-Za-z0-9_+]{1,128}$',
                "users.tokenUse: found \"refresh\", allowed: 'access' or 'id'",
                'users.userPoolId: found "pool", allowed: text that matches ^[a-z0-9-]+_[0-9A-Za-z]+$',
            )
        ),
    ]


def test_one_bad_value_is_one() -> None:
    assert refusal(protect="perhaps").startswith('1 value in the configuration of stack "dev" cannot')


@pytest.mark.parametrize(
    "group",
    [
        "ai",
        "ai.guardrail",
        "alarms",
        "api",
        "domain",
        "tracing",
        "log",
        "functions",
        "projector",
        "sweeper",
        "users",
        "tickets",
        "limits",
        "functions.sizes",
        "functions.sizes.message",
    ],
)
def test_an_unknown_member_is_refused(group: str) -> None:
    key, *inner = group.split(".")
    value = '{"colour":"red"}'
    for member in reversed(inner):
        value = f'{{"{member}":{value}}}'

    assert f"{PROJECT}:{group}.colour: found" in refusal(**{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("api", '{"throttlingRate":"nan"}'),
        ("api", '{"throttlingRate":"inf"}'),
        ("api", "{"),
        ("log", '{"pointInTimeRecovery":"perhaps"}'),
        ("endpoint", "127.0.0.1:4566"),
        ("endpoint", "http://127.0.0.1:4566/"),
        ("layer", "x86"),
        ("functions", '{"logLevel":"LOUD"}'),
        ("functions", '{"sizes":{"projector":{"memoryMb":"64"}}}'),
        ("functions", '{"sizes":{"sweeper":{"timeoutSeconds":"19"}}}'),
        ("projector", '{"maxRecordAgeSeconds":"82801"}'),
        ("functions", '{"sizes":{"ticket":{"timeoutSeconds":"30"}}}'),
        ("functions", '{"sizes":{"message":{"timeoutSeconds":"4"}}}'),
        ("users", '{"clientIds":"one"}'),
        ("users", '{"userPoolId":""}'),
        ("users", '{"selfSignUp":"perhaps"}'),
        ("tickets", '{"throttlingRate":"0"}'),
        ("tickets", '{"throttlingBurst":"0"}'),
        ("limits", '{"connectionsPerUser":"0"}'),
        ("limits", '{"connectionsPerUser":"1001"}'),
        ("limits", '{"textsPerMinute":"0"}'),
        ("limits", '{"textsPerMinute":"6001"}'),
        ("limits", '{"textBytesPerMinute":"32767"}'),
        ("limits", '{"textBytesPerMinute":"200000001"}'),
        ("limits", '{"voiceSessionsPerMinute":"0"}'),
        ("functions", '{"sizes":{"responder":{"timeoutSeconds":"59"}}}'),
    ],
)
def test_a_bad_value_is_refused(key: str, value: str) -> None:
    assert f"{PROJECT}:{key}" in refusal(**{key: value})


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://app.example.com:443",
        "http://localhost:80",
        "https://app.example.com:0",
        "https://app.example.com:08443",
        "https://app.example.com:65536",
        "https://*",
        "https://*.example.com",
        "app.example.com",
        "https://app.example.com/",
        "ftp://a.b",
        "",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    assert f"{PROJECT}:tickets.origins[1]" in refusal(tickets=f'{{"origins":["https://a.b","{origin}"]}}')


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.com",
        "https://a.b:8443",
        "https://a.b:80",
        "http://a.b:443",
        "http://localhost:3000",
    ],
)
def test_an_origin_is_what_a_browser_sends(origin: str) -> None:
    assert settings_of({f"{PROJECT}:tickets": f'{{"origins":["{origin}"]}}'}).tickets.origins == (origin,)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", ""),
        ("name", "localhost"),
        ("name", "Chat.example.com"),
        ("name", "*.example.com"),
        ("name", "chat.example.com."),
        ("name", "chat..example.com"),
        ("name", "-chat.example.com"),
        ("name", "chat_1.example.com"),
        ("name", "wss://chat.example.com"),
        ("name", "chat.example.com/prod"),
        ("name", "chat.example.com\n"),
        ("name", f"{'a' * 64}.example.com"),
        ("name", f"{'a.' * 126}com"),
        ("certificateArn", "12345678-1234-1234-1234-123456789012"),
        ("certificateArn", "arn:aws:iam::123456789012:server-certificate/chat"),
        ("hostedZoneId", "example.com"),
        ("hostedZoneId", "/hostedzone/Z1"),
    ],
)
def test_what_is_no_part_of_a_custom_domain_is_refused(member: str, value: str) -> None:
    assert f"{PROJECT}:domain.{member}: found" in refusal(domain=json.dumps({**DOMAIN, member: value}))


@pytest.mark.parametrize("name", ["a.b", "chat.example.com", "xn--mnchen-3ya.example", f"{'a.' * 125}com"])
def test_a_custom_domain_is_a_name_as_dns_has_it(name: str) -> None:
    found = settings_of({f"{PROJECT}:domain": json.dumps({**DOMAIN, "name": name})})

    assert found.domain.name == name


@pytest.mark.parametrize("header", ["*", "", "x tenant", "x-tenant: 1", "é", "x" * 65])
def test_what_is_no_header_that_a_page_may_name_is_refused(header: str) -> None:
    assert f"{PROJECT}:tickets.headers[1]" in refusal(tickets=json.dumps({"headers": ["baggage", header]}))


def test_more_headers_than_anybody_needs_are_refused() -> None:
    headers = [f"x-{number}" for number in range(51)]

    assert "allowed: a list of at most 50" in refusal(tickets=json.dumps({"headers": headers}))


def test_more_clients_than_an_authorizer_takes_are_refused() -> None:
    clients = ",".join(f'"client{number}"' for number in range(51))

    assert refusal(users=f'{{"clientIds":[{clients}]}}').endswith("allowed: a list of at most 50")


def test_the_engine_prints_the_message_without_a_traceback() -> None:
    with pytest.raises(pulumi.RunError):
        settings_of({f"{PROJECT}:protect": "perhaps"})


def test_the_lifecycle_has_time_for_an_opening_and_for_its_failure_in_an_outage() -> None:
    config = clients.dynamodb(clients.IN_TIME).meta.config
    attempts = config.retries["total_max_attempts"]
    pauses = attempts - 1  # of at most a second, between the client's own attempts
    last_attempt = attempts * (config.connect_timeout + config.read_timeout) + pauses

    assert 2 * (Patience().seconds + last_attempt) == 24
    assert LifecycleSize().timeout_seconds == 25


def test_the_longest_text_that_the_protocol_takes_fits_into_the_least_limit_on_bytes() -> None:
    longest_in_utf_8 = 4 * MAX_TEXT_CHARACTERS

    assert longest_in_utf_8 <= LONGEST_TEXT_BYTES == MAX_FRAME_BYTES


def test_the_gateways_role_is_somebody_elses_by_default() -> None:
    assert Settings().api.gateway_logs_role is GatewayLogsRole.EXISTING
