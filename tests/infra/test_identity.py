"""The authorizer and the limits: which function decides, and what the functions are told of limits."""

import pytest

from functions import names
from tests.infra.program import evaluate, evaluated, stack_config

MODES = {"cognito": names.AUTHORIZER, "query": names.QUERY_AUTHORIZER}
EMULATOR = "http://127.0.0.1:4566"


def variables(function: str, **settings: object) -> dict[str, str]:
    evaluation = evaluate("dev", stack_config("dev", **settings))
    found: dict[str, str] = evaluation.named(f"{function}-function").inputs["environment"]["variables"]
    return found


@pytest.mark.parametrize("mode", MODES)
def test_the_mode_chooses_the_function_under_the_same_name(mode: str) -> None:
    evaluation = evaluate("dev", stack_config("dev", identity=mode, endpoint=EMULATOR))

    function = evaluation.named("authorizer-function").inputs
    assert function["handler"] == MODES[mode]
    assert function["name"] == "airium-websocket-authorizer-dev"


def test_an_authorizer_that_takes_a_clients_word_knows_no_tokens_and_no_claims() -> None:
    told = evaluated("local").named("authorizer-function").inputs["environment"]["variables"]

    assert set(told) == {
        "FEEDS_TABLE",
        "MANAGEMENT_ENDPOINT",
        "CONNECTIONS_PER_USER",
        "RETENTION_DAYS",
        "LOG_LEVEL",
        "EMULATED",
    }


@pytest.mark.parametrize("mode", MODES)
def test_the_limit_on_connections_holds_in_every_mode(mode: str) -> None:
    told = variables("authorizer", identity=mode, endpoint=EMULATOR, limits={"connectionsPerUser": "3"})

    assert told["CONNECTIONS_PER_USER"] == "3"
    assert told["FEEDS_TABLE"] == "airium-websocket-feeds-dev"


def test_the_limits_of_feeds_are_settings() -> None:
    limits = {"resumesPerMinute": "7", "historiesPerMinute": "8", "cancelsPerMinute": "9"}
    told = variables("feed", limits=limits, feeds={"windowHours": "2"})

    assert told["RESUMES_PER_MINUTE"] == "7"
    assert told["HISTORIES_PER_MINUTE"] == "8"
    assert told["CANCELS_PER_MINUTE"] == "9"
    assert told["FEED_WINDOW_SECONDS"] == "7200"


def test_the_limits_on_messages_are_settings() -> None:
    limits = {"textsPerMinute": "7", "textBytesPerMinute": "40000", "voiceSessionsPerMinute": "2"}
    told = variables("message", limits=limits)

    assert told["TEXTS_PER_MINUTE"] == "7"
    assert told["TEXT_BYTES_PER_MINUTE"] == "40000"
    assert told["VOICE_SESSIONS_PER_MINUTE"] == "2"


def test_what_a_user_may_have_answered_is_a_setting() -> None:
    limits = {"repliesInFlight": "7", "tokensPerDay": "200000"}
    told = variables("message", ai={"enabled": "true", "maxTokens": "24"}, limits=limits)

    assert told["REPLIES_IN_FLIGHT"] == "7"
    assert told["TOKENS_PER_DAY"] == "200000"
    assert told["TOKENS_BESIDE_QUESTION"] == "4028"


def test_where_nothing_is_answered_nothing_is_reserved() -> None:
    told = variables("message", ai={"enabled": "false"})

    assert not {"REPLIES_IN_FLIGHT", "TOKENS_PER_DAY", "TOKENS_BESIDE_QUESTION"} & told.keys()


def test_there_are_limits_unasked() -> None:
    answered = variables("message", ai={"enabled": "true"})
    assert (answered["REPLIES_IN_FLIGHT"], answered["TOKENS_PER_DAY"]) == ("2", "1000000")
    assert variables("authorizer")["CONNECTIONS_PER_USER"] == "10"
    assert variables("message")["TEXTS_PER_MINUTE"] == "60"
    assert variables("message")["TEXT_BYTES_PER_MINUTE"] == "120000"
    assert variables("message")["VOICE_SESSIONS_PER_MINUTE"] == "6"


@pytest.mark.parametrize("use", ["access", "id"])
def test_both_functions_that_see_tokens_take_the_same_kind(use: str) -> None:
    users = {"tokenUse": use}

    assert variables("authorizer", users=users)["IDENTITY_USE"] == use
    assert variables("ticket", users=users)["IDENTITY_USE"] == use
