import base64

import pytest

from policies.resources import UNKNOWN, Resource
from tests.policies.judging import FUNCTION, breaches

RANDOM = bytes(range(3, 250, 7))
# put together here, so that no scanner takes them for real
SECRETS = {
    "AWS Access Key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "Private Key": "-----BEGIN " + "EC PRIVATE KEY-----",
    "GitHub Token": "ghp_" + "W1x2Y3z4V5" * 3 + "F6g7H8",
    "Basic Auth Credentials": "https://user:" + "pass@example.com",
    "Base64 High Entropy String": base64.b64encode(RANDOM).decode(),
    "Hex High Entropy String": RANDOM.hex(),
}


def function(**variables: object) -> Resource:
    return Resource(FUNCTION, {"environment": {"variables": variables}})


@pytest.mark.parametrize(
    "name", ["CLIENT_SECRET", "DB_PASSWORD", "TOKEN", "API_KEY", "AWS_ACCESS_KEY_ID", "apiKey", "githubToken"]
)
def test_a_variable_that_is_called_like_a_secret_is_reported(name: str) -> None:
    found = breaches("no-secret-in-the-environment", function(**{name: UNKNOWN}))

    assert found == [f"{name} is called like a secret"]


@pytest.mark.parametrize(("kind", "value"), SECRETS.items())
def test_a_value_that_looks_like_a_secret_is_reported_but_not_told(kind: str, value: str) -> None:
    found = breaches("no-secret-in-the-environment", function(SETTING=f"prefix {value}"))

    assert found == [f"the value of SETTING looks like a secret ({kind})"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENTS_TABLE", "airium-websocket-events-dev"),
        ("MANAGEMENT_ENDPOINT", "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"),
        ("TOKEN_USE", "access"),
        ("SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:airium-a1B2c3"),
        ("ISSUER", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_aB3dE6gH9"),
        ("CLIENT_ID", "7lmn2op5qrs8tuv1wxy4zab3cd"),
        ("TRACE", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
        ("ADDRESS", "8.8.8.8"),
        ("UNKNOWN", UNKNOWN),
    ],
)
def test_what_a_function_may_know_is_not_reported(name: str, value: object) -> None:
    assert breaches("no-secret-in-the-environment", function(**{name: value})) == []


@pytest.mark.parametrize("environment", [UNKNOWN, {}, {"variables": UNKNOWN}])
def test_an_environment_that_is_not_known_yet_is_not_reported(environment: object) -> None:
    assert breaches("no-secret-in-the-environment", Resource(FUNCTION, {"environment": environment})) == []
