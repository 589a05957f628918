import pytest

from policies.resources import UNKNOWN, Resource
from tests.policies.judging import breaches

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
