"""What is stored is encrypted at rest; log groups always are."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from policies.resources import Resource
from policies.rule import ResourceRule


def _table(properties: Mapping[str, Any]) -> bool:
    # without the argument DynamoDB encrypts with a key of its own
    encryption = properties.get("serverSideEncryption") or {}
    return not isinstance(encryption, Mapping) or encryption.get("enabled", True) is not False


def _queue(properties: Mapping[str, Any]) -> bool:
    # SQS encrypts by default, but a queue of an older day is not: it must be said
    return bool(properties.get("sqsManagedSseEnabled") or properties.get("kmsMasterKeyId"))


def _topic(properties: Mapping[str, Any]) -> bool:
    return bool(properties.get("kmsMasterKeyId"))


def _stream(properties: Mapping[str, Any]) -> bool:
    return properties.get("encryptionType") not in (None, "NONE")


_STORES: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "aws:dynamodb/table:Table": _table,
    "aws:sqs/queue:Queue": _queue,
    "aws:sns/topic:Topic": _topic,
    "aws:kinesis/stream:Stream": _stream,
}
"""Stores for which encryption is a choice, each with whether it was made."""


def _plain(resource: Resource) -> Iterator[str]:
    encrypted = _STORES.get(resource.type)
    if encrypted is not None and not encrypted(resource.properties):
        yield "is not encrypted at rest"


RULES = (ResourceRule("encrypted-at-rest", "Tables, queues, topics and streams are encrypted.", _plain),)
