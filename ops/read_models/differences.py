"""What differs between the log and the read models, in words that tell it from others."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from functions.aws.attributes import Attribute, Item

_MOST_SHOWN: Final = 200
"""Characters of a value: of a text, what tells it from others."""


class Difference(msgspec.Struct, frozen=True):
    """What the log says of one thing, and what the read models say instead."""

    what: str
    log: str
    read_model: str


def differing(what: str, due: Item, stored: Item | None) -> Iterator[Difference]:
    """Yield the difference between an item as it must be and as it is, if there is one."""
    if stored is None:
        yield Difference(what, "a row", "nothing")
        return
    names = [name for name in sorted({*due, *stored}) if due.get(name) != stored.get(name)]
    if names:
        yield Difference(what, _shown(due, names), _shown(stored, names))


def _shown(item: Item, names: Sequence[str]) -> str:
    return ", ".join(f"{name} {_value(item[name]) if name in item else 'absent'}" for name in names)


def _value(attribute: Attribute) -> str:
    ((kind, value),) = attribute.items()
    shown = str(value if kind in ("S", "N") else attribute)
    if len(shown) <= _MOST_SHOWN:
        return shown
    return f"{shown[:_MOST_SHOWN]}… ({len(shown):,} characters)"
