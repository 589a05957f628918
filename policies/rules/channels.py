"""Who may publish to channels, and what nobody may read them by: a key that any page would have to carry."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.resources import UNKNOWN, Resource
from policies.rule import ResourceRule

API: Final = "aws:appsync/api:Api"
NAMESPACE: Final = "aws:appsync/channelNamespace:ChannelNamespace"
KEY: Final = "aws:appsync/apiKey:ApiKey"
_BY_KEY: Final = "API_KEY"
_PUBLISHING: Final = frozenset({"AWS_IAM"})


def _keys(resource: Resource) -> Iterator[str]:
    if resource.type == KEY:
        yield "is a key that opens channels to whoever has it"
    for member, modes in _modes(resource):
        if _BY_KEY in modes:
            yield f"takes a key, by {member}"


def _publishing(resource: Resource) -> Iterator[str]:
    for member, modes in _modes(resource):
        if member in {"defaultPublishAuthModes", "publishAuthModes"}:
            yield from (f"is published to by {mode}" for mode in modes if mode not in {*_PUBLISHING, UNKNOWN})


def _modes(resource: Resource) -> Iterator[tuple[str, list[Any]]]:
    """Yield each member that says how somebody is let in, with its modes."""
    if resource.type == NAMESPACE:
        members: Any = resource.properties
    elif resource.type == API:
        members = resource.properties.get("eventConfig")
    else:
        return
    for member, entries in members.items() if isinstance(members, Mapping) else ():
        if isinstance(entries, list):
            yield member, [each.get("authType") for each in entries if isinstance(each, Mapping)]


RULES = (
    ResourceRule("no-key-to-channels", "No channel is opened by a key.", _keys),
    ResourceRule(
        "functions-publish-alone", "Channels are published to by who IAM says, and nobody else.", _publishing
    ),
)
