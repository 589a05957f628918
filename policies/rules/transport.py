"""What goes over a network is encrypted: TLS, and nothing else."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from policies.resources import UNKNOWN, Resource, is_loopback, texts
from policies.rule import ResourceRule, StackRule
from policies.rules.documents import statements

QUEUE: Final = "aws:sqs/queue:Queue"
QUEUE_POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"
API: Final = "aws:apigatewayv2/api:Api"
DOMAIN: Final = "aws:apigatewayv2/domainName:DomainName"
PROVIDER: Final = "pulumi:providers:"

_PLAIN: Final = re.compile(r"\b(?:http|ws)://[^\s\"'<>]*", re.IGNORECASE)
_TLS: Final = frozenset({"TLS_1_2", UNKNOWN})
_BROWSERS: Final = frozenset({"allowOrigins", "callbackUrls", "logoutUrls", "defaultRedirectUri"})
"""Properties that say where a browser is: its loopback is its own machine, whatever the stack."""


def _plain_urls(resource: Resource) -> Iterator[str]:
    for path, text in texts(resource.properties):
        for url in _PLAIN.findall(text):
            if not (is_loopback(url) and _stays_here(resource, path)):
                yield f"{'.'.join(path)} has {url}"


def _stays_here(resource: Resource, path: Sequence[str]) -> bool:
    return resource.emulated or resource.type.startswith(PROVIDER) or bool(_BROWSERS & set(path))


def _foreign_origins(resource: Resource) -> Iterator[str]:
    cors = resource.properties.get("corsConfiguration")
    if resource.type != API or not isinstance(cors, Mapping):
        return
    origins = cors.get("allowOrigins") or []
    for origin in origins if isinstance(origins, list) else []:
        if isinstance(origin, str) and ("*" in origin or not _is_safe(origin)):
            yield f"takes requests from {origin}"


def _is_safe(origin: str) -> bool:
    return origin.startswith("https://") or (origin.startswith("http://") and is_loopback(origin))


def _old_tls(resource: Resource) -> Iterator[str]:
    configuration = resource.properties.get("domainNameConfiguration")
    if resource.type != DOMAIN or not isinstance(configuration, Mapping):
        return
    policy = configuration.get("securityPolicy")
    if policy not in _TLS:
        yield f"takes TLS by the policy {policy}"


def _open_queues(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    policies = [each for each in resources if each.type == QUEUE_POLICY]
    for queue in resources:
        if queue.type != QUEUE or queue.emulated:
            # an emulator speaks plain http on loopback, and such a policy would lock out everybody
            continue
        mine = [each for each in policies if queue.urn in each.dependencies]
        if not any(denies_plain_http(each, "sqs:*") for each in mine):
            yield queue, "takes messages over plain http"


def denies_plain_http(policy: Resource, action: str) -> bool:
    """Tell whether a policy denies an action, such as ``sqs:*``, to everybody who comes without TLS."""
    if not isinstance(policy.properties.get("policy"), str):
        # the ARN of what it is for is in it, so a preview does not know it yet
        return "policy" in policy.properties
    return any(
        not each.allows
        and each.principals in ({"*": ("*",)}, {"AWS": ("*",)})
        and each.actions == (action,)
        and not each.inverted
        and _is_without_tls(each.conditions)
        for each in statements(policy)
    )


def _is_without_tls(conditions: Mapping[str, Any]) -> bool:
    return conditions in (
        {"Bool": {"aws:SecureTransport": "false"}},
        {"Bool": {"aws:SecureTransport": False}},
    )


RULES = (
    ResourceRule("no-plain-http", "Every URL is https or wss, but for an emulator's.", _plain_urls),
    ResourceRule("known-origins-only", "Browsers call from named origins over https.", _foreign_origins),
    ResourceRule("no-old-tls", "A domain takes TLS 1.2 or newer.", _old_tls),
    StackRule("queues-refuse-plain-http", "Every queue has a policy that denies plain http.", _open_queues),
)
