"""A log in memory that is as particular as DynamoDB about what it can store."""

from collections.abc import Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.log.event_items import encode
from functions.domain.log.claims import Claim, Count, Release, Take
from functions.domain.log.events import Event
from tests.fakes import MemoryLog

_KEY_BYTES: Final = 1_024
_ITEM_BYTES: Final = 400 * 1_024
_LARGEST: Final = 10**38
"""Numbers have 38 digits (DynamoDB developer guide, "Data types")."""


class ParticularLog(MemoryLog):
    """Refuses what the tables would, as the client reports it."""

    def append(self, event: Event, claims: tuple[Claim, ...] = (), *, deadline: float | None = None) -> bool:
        """Append as `MemoryLog.append` does."""
        refuse(encode(event), keys=(event.connection_id, event.event_id, event.user_id))
        for claim in claims:
            held = [claim.value] if isinstance(claim, Take | Release) else []
            refuse({"key": {"S": claim.key}, "value": {"S": "".join(held)}}, keys=(claim.key,))
            if not isinstance(claim, Release):
                refuse({"expires_at": {"N": str(claim.expires_at)}})
            if isinstance(claim, Count):
                refuse({"bytes": {"N": str(claim.bytes)}})
        return super().append(event, claims, deadline=deadline)


def refuse(item: dict[str, Any], keys: tuple[str, ...] = ()) -> None:
    """Raise what the client raises where DynamoDB does not take an item."""
    try:
        size = sum(len(text.encode()) for text in _texts(item))
    except UnicodeEncodeError:
        raise _refusal("SerializationException") from None
    if not all(0 < len(key.encode()) <= _KEY_BYTES for key in keys) or size > _ITEM_BYTES:
        raise _refusal("ValidationException")


def _texts(value: Any) -> Iterator[str]:
    match value:
        case {"N": number} if len(value) == 1:
            if not -_LARGEST < int(number) < _LARGEST:
                raise _refusal("ValidationException")
        case dict():
            for name, member in value.items():
                yield name
                yield from _texts(member)
        case str():
            yield value


def _refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "on purpose"}}, "PutItem")
