"""Puts together what is too long for a frame and comes in parts."""

from collections.abc import Sequence

from local.chat.actions import Json


class Parts:
    """A message, as far as it has come.

    Attributes
    ----------
    id
        Whose parts they are.
    """

    def __init__(self, id_: str) -> None:
        self.id = id_
        self._parts: dict[int, Json] = {}

    def add(self, message: Json) -> None:
        """Take a part, in whatever order they come; a message that is whole is its only part."""
        self._parts[message.get("part", 1)] = message

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is missing."""
        first = next(iter(self._parts.values()))
        return bool(len(self._parts) == first.get("parts", 1))

    @property
    def message(self) -> Json:
        """The message, with the text of all its parts."""
        first, *rest = (part for _, part in sorted(self._parts.items()))
        if not rest:
            return first
        text = "".join(part.get("text") or "" for part in (first, *rest))
        return {key: first[key] for key in first if key not in {"part", "parts"}} | {"text": text}


def joined(newest_first: Sequence[Json]) -> tuple[list[Json], list[Json]]:
    """Return the whole messages of history, in order, and the parts of the oldest if it is not whole.

    Parameters
    ----------
    newest_first
        Messages and parts, the last part of a message first.
    """
    found: dict[int, Parts] = {}
    for each in newest_first:
        found.setdefault(each["seq"], Parts(each["id"])).add(each)
    whole = [parts.message for parts in found.values() if parts.is_whole]
    broken = {seq for seq, parts in found.items() if not parts.is_whole}
    return whole[::-1], [each for each in newest_first if each["seq"] in broken]
