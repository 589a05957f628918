"""Reads many items by their keys, of several tables at once, until all of them have been read."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from functions.aws.attributes import Item
from functions.aws.faults import unavailable
from functions.domain.refusals import Unavailable

TOGETHER: Final = 100
"""Keys that one BatchGetItem takes."""
_ATTEMPTS: Final = 6

Key = tuple[str, Item]
"""A table's name and the key attributes of an item in it."""


def read(
    client: Any,
    keys: Sequence[Key],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[str, Item]]:
    """Yield the items that are there, read consistently, each with its table, in no order.

    Parameters
    ----------
    client
        A DynamoDB client.
    keys
        What to read; no key twice.
    sleep
        Called with the seconds to wait before what was left unprocessed is asked for again.

    Raises
    ------
    Unavailable
        If the tables cannot be read in time.
    """
    for start in range(0, len(keys), TOGETHER):
        request: dict[str, Any] = {}
        for table, key in keys[start : start + TOGETHER]:
            request.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
        yield from _read(client, request, sleep)


def _read(client: Any, request: dict[str, Any], sleep: Callable[[float], None]) -> Iterator[tuple[str, Item]]:
    for attempt in range(_ATTEMPTS):
        if attempt:
            sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - full jitter
        with unavailable():
            answer = client.batch_get_item(RequestItems=request)
        for table, items in answer["Responses"].items():
            for item in items:
                yield table, item
        request = answer.get("UnprocessedKeys") or {}
        if not request:
            return
    raise Unavailable("UnprocessedKeys of BatchGetItem")
