"""A page of a feed's history: the newest first, and as much as one frame holds."""

from collections.abc import Iterable

import msgspec

from functions.domain.frames.feed_frames import Before, MessageData


def page(
    newest_first: Iterable[MessageData], before: Before | None, limit: int, most_bytes: int
) -> tuple[tuple[MessageData, ...], bool]:
    """Return the messages of a page, and whether there was one that it has no room for.

    A message in parts stands in a page as its parts, the last one first. A page that ends between them is
    followed by the one before its last part.

    Parameters
    ----------
    newest_first
        Messages and parts, in descending order of their numbers and parts.
    before
        Where the page begins: with what is next below this number, or this part of it.
    limit
        How many there may be.
    most_bytes
        How long they may be together, as JSON writes them.
    """
    chosen: list[MessageData] = []
    size = 0
    for message in newest_first:
        if before is not None and not _is_below(message, before):
            continue
        size += len(msgspec.json.encode(message)) + len(",")
        if len(chosen) == limit or (chosen and size > most_bytes):
            return tuple(chosen), True
        chosen.append(message)
    return tuple(chosen), False


def _is_below(message: MessageData, before: Before) -> bool:
    if before.part is None:
        return message.seq < before.seq
    return (message.seq, message.part or 1) < (before.seq, before.part)
