"""Which engine a function gets by its variables, and what it is told."""

import pytest

from functions import names
from functions.aws import environment
from functions.aws.engines.answering import answering_of
from functions.aws.engines.bedrock import Bedrock
from functions.aws.engines.script import Script
from functions.domain.replies.prompt import Bounds

VARIABLES = {
    names.ENGINE: names.ENGINE_BEDROCK,
    names.MODEL: "amazon.nova-lite-v1:0",
    names.MAX_TOKENS: "77",
    names.HISTORY_TURNS: "9",
    names.HISTORY_TOKENS: "500",
}


def bedrock(**variables: str) -> Bedrock:
    engine = answering_of(VARIABLES | variables).engine
    assert isinstance(engine, Bedrock)
    return engine


def test_bedrock_is_asked_for_the_model_with_the_most_tokens() -> None:
    assert vars(bedrock())["_options"] == {
        "modelId": "amazon.nova-lite-v1:0",
        "inferenceConfig": {"maxTokens": 77},
    }


def test_a_temperature_and_a_guardrail_are_asked_for_where_they_are_set() -> None:
    options = vars(bedrock(TEMPERATURE="0.0", GUARDRAIL_ID="gr123", GUARDRAIL_VERSION="7"))["_options"]

    assert options["inferenceConfig"] == {"maxTokens": 77, "temperature": 0.0}
    assert options["guardrailConfig"]["guardrailIdentifier"] == "gr123"
    assert options["guardrailConfig"]["guardrailVersion"] == "7"


def test_a_variable_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="GUARDRAIL_VERSION"):
        bedrock(GUARDRAIL_ID="gr123")


def test_the_scripted_engine_needs_no_model() -> None:
    variables = {names.ENGINE: names.ENGINE_SCRIPT, names.HISTORY_TURNS: "9", names.HISTORY_TOKENS: "500"}

    assert isinstance(answering_of(variables).engine, Script)


def test_what_is_told_besides_is_what_the_variables_say() -> None:
    answering = answering_of(VARIABLES)

    assert answering.history == Bounds(turns=9, tokens=500)
    assert answering.system is None
    assert answering_of({**VARIABLES, names.SYSTEM_PROMPT: "Be kind."}).system == "Be kind."


def test_the_variables_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)

    assert environment.answering().history == Bounds(turns=9, tokens=500)


def test_a_client_of_bedrock_asks_once_and_waits_for_a_model_that_is_slow() -> None:
    config = vars(bedrock())["_client"].meta.config

    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
    assert (config.connect_timeout, config.read_timeout) == (3, 40)
