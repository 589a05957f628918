"""Who counts as somebody: people who have signed in, with clients that hold no secret."""

from collections.abc import Iterator, Mapping
from typing import Final

from policies.resources import Resource
from policies.rule import ResourceRule
from policies.rules.logs import FUNCTION

_BY_WORD: Final = "query_authorizer"
"""The module that lets in whoever names a user."""
_EMULATED: Final = "EMULATED"
"""The variable by which a function takes what it calls for an emulator."""


def _strangers(resource: Resource) -> Iterator[str]:
    if resource.type != "aws:cognito/identityPool:IdentityPool":
        return
    for flag in ("allowUnauthenticatedIdentities", "allowClassicFlow"):
        if resource.properties.get(flag) is True:
            yield f"has {flag}"


def _client_secret(resource: Resource) -> Iterator[str]:
    if resource.type != "aws:cognito/userPoolClient:UserPoolClient":
        return
    if resource.properties.get("generateSecret") is True:
        # whatever would use it must be told, and the state holds it as well
        yield "is given a secret, which a browser cannot keep"


def _trust(resource: Resource) -> Iterator[str]:
    if resource.type != FUNCTION or resource.emulated:
        return
    handler = resource.properties.get("handler")
    if isinstance(handler, str) and _BY_WORD in handler.split("."):
        yield "takes a client's word for who it is"
    environment = resource.properties.get("environment")
    variables = environment.get("variables") if isinstance(environment, Mapping) else None
    if isinstance(variables, Mapping) and _EMULATED in variables:
        yield f"takes AWS for an emulator, by the variable {_EMULATED}"


RULES = (
    ResourceRule("no-unauthenticated-identity", "No identity is given to who has not signed in.", _strangers),
    ResourceRule("no-client-secret", "A client of a user pool has no secret.", _client_secret),
    ResourceRule("no-trust-but-on-an-emulator", "On AWS a client proves who it is.", _trust),
)
