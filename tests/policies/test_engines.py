import pytest

from functions import names
from policies.resources import UNKNOWN, Resource
from tests.policies.judging import FUNCTION, breaches

RULE = "no-stand-in-but-on-an-emulator"
SCRIPTED = {"environment": {"variables": {names.ENGINE: names.ENGINE_SCRIPT}}}
ECHOING = {"environment": {"variables": {names.VOICE_ENGINE: names.VOICE_ENGINE_ECHO}}}


@pytest.mark.parametrize(
    ("properties", "told"),
    [(SCRIPTED, "'script', by the variable ENGINE"), (ECHOING, "'echo', by the variable VOICE_ENGINE")],
)
def test_a_function_that_answers_without_a_model_is_reported(
    properties: dict[str, object], told: str
) -> None:
    assert breaches(RULE, Resource(FUNCTION, properties)) == [f"answers people by {told}"]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"environment": UNKNOWN},
        {"environment": {"variables": UNKNOWN}},
        {"environment": {"variables": {names.ENGINE: UNKNOWN}}},
        {"environment": {"variables": {names.ENGINE: names.ENGINE_BEDROCK}}},
        {"environment": {"variables": {names.VOICE_ENGINE: names.VOICE_ENGINE_NOVA}}},
        {"environment": {"variables": {names.LOG_LEVEL: names.ENGINE_SCRIPT}}},
    ],
)
def test_a_function_that_asks_a_model_is_not_reported(properties: dict[str, object]) -> None:
    assert breaches(RULE, Resource(FUNCTION, properties)) == []


@pytest.mark.parametrize("properties", [SCRIPTED, ECHOING])
def test_a_stand_in_on_an_emulator_is_not_reported(properties: dict[str, object]) -> None:
    assert breaches(RULE, Resource(FUNCTION, properties, emulated=True)) == []


def test_stand_ins_are_for_functions_alone() -> None:
    assert breaches(RULE, Resource("aws:dynamodb/table:Table", SCRIPTED)) == []
