import pytest

from policies.resources import UNKNOWN, Resource
from policies.rules.channels import API, KEY, NAMESPACE
from tests.policies.judging import breaches

BY_KEY, BY_PUBLISHING = "no-key-to-channels", "functions-publish-alone"
IAM, FUNCTION, ANYBODY = {"authType": "AWS_IAM"}, {"authType": "AWS_LAMBDA"}, {"authType": "API_KEY"}
CONFIG = {
    "authProviders": [IAM, FUNCTION],
    "connectionAuthModes": [FUNCTION],
    "defaultPublishAuthModes": [IAM],
    "defaultSubscribeAuthModes": [FUNCTION],
}


def api(**config: object) -> Resource:
    return Resource(API, {"eventConfig": {**CONFIG, **config}})


def test_an_api_that_functions_publish_to_is_not_reported() -> None:
    assert breaches(BY_KEY, api()) == breaches(BY_PUBLISHING, api()) == []


@pytest.mark.parametrize(
    "member", ["authProviders", "connectionAuthModes", "defaultPublishAuthModes", "defaultSubscribeAuthModes"]
)
def test_an_api_that_takes_a_key_is_reported(member: str) -> None:
    assert breaches(BY_KEY, api(**{member: [IAM, ANYBODY]})) == [f"takes a key, by {member}"]


@pytest.mark.parametrize("member", ["publishAuthModes", "subscribeAuthModes"])
def test_a_namespace_that_takes_a_key_is_reported(member: str) -> None:
    assert breaches(BY_KEY, Resource(NAMESPACE, {member: [ANYBODY]})) == [f"takes a key, by {member}"]


def test_a_key_is_reported() -> None:
    assert breaches(BY_KEY, Resource(KEY, {})) == ["is a key that opens channels to whoever has it"]


@pytest.mark.parametrize("mode", ["AWS_LAMBDA", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT", "API_KEY"])
def test_who_publishes_by_another_word_than_iams_is_reported(mode: str) -> None:
    modes = [IAM, {"authType": mode}]

    told = [f"is published to by {mode}"]
    assert breaches(BY_PUBLISHING, api(defaultPublishAuthModes=modes)) == told
    assert breaches(BY_PUBLISHING, Resource(NAMESPACE, {"publishAuthModes": modes})) == told


@pytest.mark.parametrize(
    "resource",
    [
        Resource(API, {}),
        Resource(API, {"eventConfig": UNKNOWN}),
        api(defaultPublishAuthModes=UNKNOWN),
        api(defaultPublishAuthModes=[{"authType": UNKNOWN}]),
        Resource(NAMESPACE, {"name": "live", "subscribeAuthModes": [FUNCTION]}),
        Resource("aws:dynamodb/table:Table", {"publishAuthModes": [ANYBODY]}),
    ],
)
def test_what_is_not_known_yet_or_says_nothing_of_it_is_not_reported(resource: Resource) -> None:
    assert breaches(BY_KEY, resource) == breaches(BY_PUBLISHING, resource) == []
