"""Who counts as somebody: people who have signed in, with clients that hold no secret."""

from collections.abc import Iterator

from policies.resources import Resource
from policies.rule import ResourceRule


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


RULES = (
    ResourceRule("no-unauthenticated-identity", "No identity is given to who has not signed in.", _strangers),
    ResourceRule("no-client-secret", "A client of a user pool has no secret.", _client_secret),
)
