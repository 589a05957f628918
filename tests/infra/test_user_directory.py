"""The user directory: a pool that is made or one that exists, and whose tokens are taken."""

from typing import Any

import pytest

from tests.infra.program import Evaluation, Registration, evaluate, evaluated, stack_config

POOL = "us-east-1_Pool"
ISSUER = f"https://cognito-idp.us-east-1.amazonaws.com/{POOL}"
ELSEWHERE = "eu-west-1_Existing"


def pools(evaluation: Evaluation) -> list[Registration]:
    return evaluation.of_type("cognito/userPool:UserPool")


def clients(evaluation: Evaluation) -> list[Registration]:
    return evaluation.of_type("cognito/userPoolClient:UserPoolClient")


def taken(evaluation: Evaluation) -> dict[str, Any]:
    """Give what the authorizer is told of tokens."""
    variables = evaluation.named("authorizer-function").inputs["environment"]["variables"]
    names = ("ISSUER", "CLIENT_IDS", "IDENTITY_USE", "JWKS_URL")
    return {name: variables.get(name) for name in names}


def with_users(stack: str = "dev", **users: object) -> Evaluation:
    return evaluate(stack, stack_config(stack, identity="cognito", users=users))


def test_a_pool_and_its_client_are_made_by_default() -> None:
    evaluation = evaluated("prod")

    assert [each.inputs["name"] for each in pools(evaluation)] == ["airium-websocket-users"]
    assert [each.inputs["userPoolId"] for each in clients(evaluation)] == [POOL]


def test_a_stack_that_takes_a_clients_word_has_no_users() -> None:
    assert pools(evaluated("local")) == clients(evaluated("local")) == []


def test_people_sign_in_by_their_address_and_recover_by_it() -> None:
    (pool,) = pools(evaluated("prod"))

    assert pool.inputs["usernameAttributes"] == ["email"]
    assert pool.inputs["usernameConfiguration"] == {"caseSensitive": False}
    assert pool.inputs["autoVerifiedAttributes"] == ["email"]
    assert pool.inputs["accountRecoverySetting"] == {
        "recoveryMechanisms": [{"name": "verified_email", "priority": 1}]
    }


def test_a_password_is_long() -> None:
    (pool,) = pools(evaluated("prod"))

    assert pool.inputs["passwordPolicy"] == {
        "minimumLength": 12,
        "requireLowercase": True,
        "requireUppercase": True,
        "requireNumbers": True,
        "requireSymbols": False,
        "temporaryPasswordValidityDays": 7,
    }


@pytest.mark.parametrize(("users", "only"), [({}, True), ({"selfSignUp": "true"}, False)])
def test_who_makes_users_is_a_setting(users: dict[str, str], only: bool) -> None:  # noqa: FBT001 - a parameter
    (pool,) = pools(with_users(**users))

    assert pool.inputs["adminCreateUserConfig"] == {"allowAdminCreateUserOnly": only}


@pytest.mark.parametrize(("stack", "protected"), [("prod", True), ("dev", False)])
def test_users_survive_a_protected_stack(stack: str, protected: bool) -> None:  # noqa: FBT001 - a parameter
    (pool,), (client,) = pools(evaluated(stack)), clients(evaluated(stack))

    assert pool.inputs["deletionProtection"] == ("ACTIVE" if protected else "INACTIVE")
    assert {(each.protect, each.retain_on_delete) for each in (pool, client)} == {(protected, protected)}


def test_an_app_client_is_public_and_tells_nobody_who_exists() -> None:
    (client,) = clients(evaluated("prod"))

    assert client.inputs == {
        "name": "airium-websocket-client",
        "userPoolId": POOL,
        "generateSecret": False,
        "preventUserExistenceErrors": "ENABLED",
        "enableTokenRevocation": True,
        "explicitAuthFlows": [
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        ],
        "accessTokenValidity": 1,
        "idTokenValidity": 1,
        "refreshTokenValidity": 30,
        "tokenValidityUnits": {"accessToken": "hours", "idToken": "hours", "refreshToken": "days"},
    }


def test_the_tokens_of_the_pool_that_is_made_are_taken() -> None:
    assert taken(evaluated("prod")) == {
        "ISSUER": ISSUER,
        "CLIENT_IDS": "users-client-id",
        "IDENTITY_USE": "access",
        "JWKS_URL": f"{ISSUER}/.well-known/jwks.json",
    }


def test_an_existing_pool_gets_a_client() -> None:
    evaluation = with_users(userPoolId=ELSEWHERE)

    (client,) = clients(evaluation)
    assert pools(evaluation) == []
    assert client.inputs["userPoolId"] == ELSEWHERE
    assert taken(evaluation)["CLIENT_IDS"] == "users-client-id"


def test_an_existing_pool_with_its_clients_is_left_alone() -> None:
    evaluation = with_users(userPoolId=ELSEWHERE, clientIds=["web", "phone"], tokenUse="id")

    issuer = f"https://cognito-idp.eu-west-1.amazonaws.com/{ELSEWHERE}"
    assert pools(evaluation) == clients(evaluation) == []
    assert taken(evaluation) == {
        "ISSUER": issuer,
        "CLIENT_IDS": "web,phone",
        "IDENTITY_USE": "id",
        "JWKS_URL": f"{issuer}/.well-known/jwks.json",
    }
    assert evaluation.outputs["user_pool_id"] == ELSEWHERE
    assert evaluation.outputs["user_pool_client_ids"] == ["web", "phone"]


def test_an_emulator_publishes_the_keys_and_aws_is_the_issuer_all_the_same() -> None:
    found = taken(with_users("local"))

    assert found["ISSUER"] == ISSUER
    assert found["JWKS_URL"] == f"http://127.0.0.1:4566/{POOL}/.well-known/jwks.json"


def test_the_outputs_name_the_pool_and_its_clients() -> None:
    outputs = evaluated("prod").outputs

    assert outputs["user_pool_id"] == POOL
    assert outputs["user_pool_client_ids"] == ["users-client-id"]
