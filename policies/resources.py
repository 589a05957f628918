"""A resource as the rules see it: plain values, and a mark where a preview cannot know one yet."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final
from urllib.parse import urlsplit

import pulumi
from pulumi_policy import PolicyProviderResource, PolicyResource, ResourceValidationArgs
from pulumi_policy.proxy import UnknownValueError

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts that are the machine itself: nothing on a network hears what is said to them."""

_ENDPOINTS: Final = {"logGroup": "cloudwatchlogs"}
"""How the provider calls the service of a type, where it is not the type's own module."""


class Unknown(Enum):
    """Stands for a value that is made in the update: a rule passes it in the preview, and judges it then."""

    UNKNOWN = "unknown until the update"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Resource:
    """
    One resource.

    Parameters
    ----------
    type, urn
        As the engine calls it.
    properties
        Dicts, lists, text, numbers, booleans and `UNKNOWN`.
    protected
        Whether the engine refuses to delete it.
    emulated
        Whether it is made in an emulator on this machine: the endpoint of its service is loopback.
    stays
        Whether the stack's setting ``protect`` asks for data to stay; only a stack rule is told.
    dependencies
        The URNs of what its properties are made of; only a stack rule is told.
    """

    type: str
    properties: Mapping[str, Any]
    urn: str = ""
    protected: bool = False
    emulated: bool = False
    stays: bool = False
    dependencies: frozenset[str] = frozenset()


def resource(args: ResourceValidationArgs) -> Resource:
    """Take a resource out of what the SDK gives a resource policy."""
    return Resource(
        type=args.resource_type,
        urn=args.urn,
        properties=plain(args.props),
        protected=args.opts.protect,
        emulated=emulated(args.resource_type, args.provider),
    )


def member(args: PolicyResource) -> Resource:
    """Take a resource out of what the SDK gives a stack policy."""
    return Resource(
        type=args.resource_type,
        urn=args.urn,
        properties=plain(args.props),
        protected=args.opts.protect,
        emulated=emulated(args.resource_type, args.provider),
        stays=_stays(args.urn),
        dependencies=frozenset(each.urn for each in args.dependencies),
    )


def _stays(urn: str) -> bool:
    """Read the setting of the program: the engine gives a pack the configuration of the stack."""
    project = urn.split("::")[1]
    return pulumi.Config(project).get_bool("protect") is True


def emulated(type_: str, provider: PolicyProviderResource | None) -> bool:
    """
    Tell whether a resource is made on this machine.

    The provider's endpoint decides, not the stack's name or a setting: what has no endpoint goes to AWS.
    """
    if provider is None:
        return False
    endpoints = plain(provider.props).get("endpoints")
    if isinstance(endpoints, str):
        # the engine encodes what a provider is given, once more
        endpoints = json.loads(endpoints or "[]")
    module, _, kind = type_.removeprefix("aws:").rpartition(":")[0].partition("/")
    service = _ENDPOINTS.get(kind, module)
    urls = [each[service] for each in endpoints if each.get(service)] if isinstance(endpoints, list) else []
    return bool(urls) and all(is_loopback(url) for url in urls)


def is_loopback(url: object) -> bool:
    """Tell whether a URL leads to the machine itself."""
    return isinstance(url, str) and urlsplit(url).hostname in LOOPBACK


def plain(value: Any) -> Any:
    """Turn the SDK's guarded mappings and sequences into plain ones, unknown values into `UNKNOWN`."""
    if isinstance(value, Mapping):
        return {key: _at(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_at(value, index) for index in range(len(value))]
    return value


def _at(container: Any, key: Any) -> Any:
    try:
        return plain(container[key])
    except UnknownValueError:
        return UNKNOWN


def texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Walk over all text within a value, each with the keys that lead to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts(each, (*path, key))
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, path)
