import pytest

from functions import names
from policies.resources import UNKNOWN, Resource
from tests.policies.judging import FUNCTION, breaches

POOL = "aws:cognito/identityPool:IdentityPool"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"


@pytest.mark.parametrize("flag", ["allowUnauthenticatedIdentities", "allowClassicFlow"])
def test_an_identity_for_strangers_is_reported(flag: str) -> None:
    assert breaches("no-unauthenticated-identity", Resource(POOL, {flag: True})) == [f"has {flag}"]


@pytest.mark.parametrize(
    "properties", [{}, {"allowUnauthenticatedIdentities": False}, {"allowClassicFlow": UNKNOWN}]
)
def test_an_identity_for_people_is_not_reported(properties: dict[str, object]) -> None:
    assert breaches("no-unauthenticated-identity", Resource(POOL, properties)) == []


def test_a_client_with_a_secret_is_reported() -> None:
    assert len(breaches("no-client-secret", Resource(CLIENT, {"generateSecret": True}))) == 1


@pytest.mark.parametrize("properties", [{}, {"generateSecret": False}, {"generateSecret": UNKNOWN}])
def test_a_client_without_a_secret_is_not_reported(properties: dict[str, object]) -> None:
    assert breaches("no-client-secret", Resource(CLIENT, properties)) == []


def test_a_function_that_takes_a_clients_word_is_reported() -> None:
    found = breaches("no-trust-but-on-an-emulator", Resource(FUNCTION, {"handler": names.QUERY_AUTHORIZER}))

    assert found == ["takes a client's word for who it is"]


def test_a_function_that_takes_aws_for_an_emulator_is_reported() -> None:
    environment = {"variables": {names.EMULATED: "true"}}
    found = breaches("no-trust-but-on-an-emulator", Resource(FUNCTION, {"environment": environment}))

    assert found == ["takes AWS for an emulator, by the variable EMULATED"]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"handler": names.AUTHORIZER},
        {"handler": UNKNOWN, "environment": UNKNOWN},
        {"environment": {"variables": UNKNOWN}},
        {"environment": {"variables": {"LOG_LEVEL": "INFO"}}},
    ],
)
def test_a_function_that_asks_for_proof_is_not_reported(properties: dict[str, object]) -> None:
    assert breaches("no-trust-but-on-an-emulator", Resource(FUNCTION, properties)) == []


def test_what_an_emulator_trusts_is_not_reported() -> None:
    properties = {"handler": names.QUERY_AUTHORIZER, "environment": {"variables": {names.EMULATED: "true"}}}

    assert breaches("no-trust-but-on-an-emulator", Resource(FUNCTION, properties, emulated=True)) == []


def test_trust_is_for_functions_alone() -> None:
    assert (
        breaches("no-trust-but-on-an-emulator", Resource(CLIENT, {"handler": names.QUERY_AUTHORIZER})) == []
    )
