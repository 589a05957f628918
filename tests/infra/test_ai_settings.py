"""The settings of replies: what a stack may say of them, and what the function that asks is told."""

import json

import pytest

from functions.aws.engines.answering import answering_of
from functions.aws.engines.bedrock import Bedrock
from functions.domain.replies.draft import MAX_REPLY_BYTES
from functions.domain.replies.prompt import Bounds
from functions.domain.tokens import tokens_of
from infra.settings.ai import MAX_REPLY_TOKENS
from infra.settings.settings import Settings
from tests.infra.program import PROJECT
from tests.infra.test_settings import refusal, settings_of


def test_texts_are_answered_unless_a_stack_says_otherwise() -> None:
    assert settings_of({}).ai.enabled is True


def test_what_a_text_takes_besides_its_own_tokens_is_estimated_as_the_functions_do() -> None:
    chosen = {"systemPrompt": "Sei höflich.", "historyTokens": "700", "maxTokens": "80"}
    ai = settings_of({f"{PROJECT}:ai": json.dumps(chosen)}).ai

    assert ai.tokens_beside_question == tokens_of("Sei höflich.") + 700 + 80
    assert settings_of({}).ai.tokens_beside_question == tokens_of("") + 4_000 + 1_024


@pytest.mark.parametrize(
    "group",
    [
        '{"enabled":"perhaps"}',
        '{"engine":"oracle"}',
        '{"model":""}',
        '{"model":"a model"}',
        '{"model":"arn:aws:s3:::bucket"}',
        '{"systemPrompt":" \\n"}',
        '{"temperature":"1.1"}',
        '{"temperature":"nan"}',
        '{"maxTokens":"0"}',
        '{"maxTokens":"16385"}',
        '{"historyTurns":"-1"}',
        '{"historyTurns":"201"}',
        '{"historyTokens":"200001"}',
        '{"guardrail":{"id":"a b"}}',
        '{"guardrail":{"id":"gr1","version":"0"}}',
    ],
)
def test_a_bad_value_is_refused(group: str) -> None:
    assert f"{PROJECT}:ai." in refusal(ai=group)


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-lite-v1:0",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "anthropic.claude-3-5-sonnet-20240620-v1:0:200k",
        "zai.glm-4.7-flash",
        "llama3.2:3b",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.amazon.nova-pro-v1:0",
    ],
)
def test_a_model_is_an_id_or_an_arn(model: str) -> None:
    assert settings_of({f"{PROJECT}:ai": json.dumps({"model": model})}).ai.model == model


def test_a_system_prompt_fits_into_a_functions_variables() -> None:
    longest = "é" * 1_024

    assert settings_of({f"{PROJECT}:ai": json.dumps({"systemPrompt": longest})}).ai.system_prompt == longest
    assert refusal(ai=json.dumps({"systemPrompt": f"{longest}."})).endswith(
        "allowed: at most 2048 bytes in UTF-8: a function's variables hold it"
    )


def test_the_conversation_is_bounded_as_the_function_bounds_it_by_itself() -> None:
    assert answering_of(Settings().ai.of_engine).history == Bounds()


def test_the_longest_reply_fits_into_its_event() -> None:
    assert MAX_REPLY_TOKENS * 8 == MAX_REPLY_BYTES


def test_an_engine_is_made_of_the_variables_that_the_settings_give() -> None:
    group = {
        "systemPrompt": "Be kind.",
        "temperature": "0.5",
        "maxTokens": "77",
        "historyTurns": "9",
        "historyTokens": "500",
        "guardrail": {"id": "gr1", "version": "DRAFT"},
    }

    ai = settings_of({f"{PROJECT}:ai": json.dumps(group)}).ai

    assert ai.of_engine == {
        "ENGINE": "bedrock",
        "MODEL": "amazon.nova-lite-v1:0",
        "SYSTEM_PROMPT": "Be kind.",
        "TEMPERATURE": "0.5",
        "MAX_TOKENS": "77",
        "HISTORY_TURNS": "9",
        "HISTORY_TOKENS": "500",
        "GUARDRAIL_ID": "gr1",
        "GUARDRAIL_VERSION": "DRAFT",
    }
    assert answering_of(ai.of_engine).system == "Be kind."


def test_what_no_setting_says_is_no_variable() -> None:
    assert set(Settings().ai.of_engine) == {
        "ENGINE",
        "MODEL",
        "MAX_TOKENS",
        "HISTORY_TURNS",
        "HISTORY_TOKENS",
    }
    assert isinstance(answering_of(Settings().ai.of_engine).engine, Bedrock)
