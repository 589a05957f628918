"""Who may do something: services that are named, never everybody."""

import re
from collections.abc import Iterator
from typing import Final

from policies.resources import UNKNOWN, Resource
from policies.rule import ResourceRule
from policies.rules.documents import statements

_SERVICE: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)?\.amazonaws\.com")
_NAMED_SOURCE: Final = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[^:*?]*:[^:*?]+:[^*?]{3}.*")
"""An ARN that says of which account and of which thing; its end may be open."""


def _everybody(resource: Resource) -> Iterator[str]:
    if resource.properties.get("principal") == "*":
        yield "lets everybody in"
    for statement in statements(resource):
        if not statement.allows:
            continue
        for who in (who for each in (statement.principals or {}).values() for who in each):
            if "*" in who:
                yield f"allows {', '.join(statement.actions)} to {who}"
        yield from (f"allows by {each}" for each in statement.inverted if each == "NotPrincipal")


def _trust(resource: Resource) -> Iterator[str]:
    for statement in statements(resource):
        if statement.property != "assumeRolePolicy" or not statement.allows:
            continue
        for kind, names in (statement.principals or {"nobody": ("named",)}).items():
            for name in names:
                if kind != "Service" or not _SERVICE.fullmatch(name):
                    yield f"can be assumed by {kind} {name}"


def _invocation(resource: Resource) -> Iterator[str]:
    if resource.type != "aws:lambda/permission:Permission":
        return
    principal = resource.properties.get("principal", "")
    if principal is not UNKNOWN and not _SERVICE.fullmatch(principal):
        yield f"lets {principal or 'nobody that is named'} invoke it"
    source = resource.properties.get("sourceArn", "")
    if source is not UNKNOWN and not _NAMED_SOURCE.fullmatch(source):
        yield f"lets {principal} invoke it for {source or 'any source'}"
    if resource.properties.get("functionUrlAuthType") is not None:
        yield "opens a function URL"


def _function_url(resource: Resource) -> Iterator[str]:
    if resource.type == "aws:lambda/functionUrl:FunctionUrl":
        yield "is an address that goes around the gateway's authorizer, limits and log"


RULES = (
    ResourceRule("no-open-principal", "No policy allows anything to everybody.", _everybody),
    ResourceRule("roles-are-for-services", "A role is assumed by services of AWS only.", _trust),
    ResourceRule(
        "functions-are-invoked-by-services",
        "A permission on a function names a service of AWS and the ARN for which it invokes.",
        _invocation,
    ),
    ResourceRule("no-function-url", "No function has a URL of its own.", _function_url),
)
