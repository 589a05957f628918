"""The one place where an item of the log becomes a line of the archive, and a line an item again."""

import gzip
from collections.abc import Iterable, Iterator

import msgspec

from functions.aws.attributes import Item, from_item, to_item
from functions.aws.log.arrivals import arrived_at
from functions.domain.archive import lines
from functions.domain.archive.lines import Line


def to_line(item: Item) -> Line:
    """Return the line of an item with a stamp of its arrival, whatever else is in it."""
    try:
        line = lines.of_values(from_item(item))
    except (ValueError, LookupError, TypeError, AttributeError):  # a value that this release never writes
        line = None
    if line is not None:
        return line
    key = (arrived_at(item), item["connection_id"]["S"], item["event_id"]["S"])
    asked_by = {name: item.get(name, {}).get("S") for name in ("type", "user_id", "session_id", "trace_id")}
    return lines.of_item(key, item, asked_by)


def to_log_item(line: Line) -> Item:
    """Return the item of a line, but for the shard of the log's index in which it was."""
    if line.item is not None:
        item: Item = msgspec.json.decode(line.item)
        return item
    return to_item(lines.values_of(line))


def pack(unordered: Iterable[Line]) -> bytes:
    """Return the object of lines: gzip, the same bytes for the same lines, in whatever order they come."""
    ordered = sorted(unordered, key=lines.key_of)
    return gzip.compress(b"".join(map(lines.encode, ordered)), compresslevel=6, mtime=0)


def unpack(body: bytes) -> Iterator[Line]:
    """Yield the lines of an object."""
    yield from map(lines.decode, gzip.decompress(body).splitlines())
