import pytest

from functions import names
from policies.resources import UNKNOWN, Resource
from tests.policies.judging import FUNCTION, breaches

RULE = "no-script-but-on-an-emulator"
SCRIPTED = {"environment": {"variables": {names.ENGINE: names.ENGINE_SCRIPT}}}


def test_a_function_that_answers_by_a_script_is_reported() -> None:
    assert breaches(RULE, Resource(FUNCTION, SCRIPTED)) == [
        "answers people by a script, by the variable ENGINE"
    ]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"environment": UNKNOWN},
        {"environment": {"variables": UNKNOWN}},
        {"environment": {"variables": {names.ENGINE: UNKNOWN}}},
        {"environment": {"variables": {names.ENGINE: names.ENGINE_BEDROCK}}},
        {"environment": {"variables": {names.LOG_LEVEL: names.ENGINE_SCRIPT}}},
    ],
)
def test_a_function_that_asks_a_model_is_not_reported(properties: dict[str, object]) -> None:
    assert breaches(RULE, Resource(FUNCTION, properties)) == []


def test_a_script_on_an_emulator_is_not_reported() -> None:
    assert breaches(RULE, Resource(FUNCTION, SCRIPTED, emulated=True)) == []


def test_scripts_are_for_functions_alone() -> None:
    assert breaches(RULE, Resource("aws:dynamodb/table:Table", SCRIPTED)) == []
