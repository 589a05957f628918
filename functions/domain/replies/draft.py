"""A reply as far as it was said, and the deltas in which clients get it.

Offsets count UTF-16 code units, as the ``length`` of a string does in JavaScript.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from functions.domain.frames.protocol import MAX_SENT_BYTES

MAX_REPLY_BYTES: Final = 128 * 1024
"""Of a reply in UTF-8. Its event and its row in the messages must fit into DynamoDB's items (400 KB)."""
MAX_DELTA_BYTES: Final = MAX_SENT_BYTES - 1_024
"""Of a delta's text in JSON; the rest of its frame is smaller than what is left."""
SHORTEST_INTERVAL: Final = 100
"""Milliseconds between two posts to a screen."""
INTERVAL_PER_SCREEN: Final = 20
"""A post takes 5 to 20 ms, one after the other."""

_HALF: Final = re.compile("[\ud800-\udfff]")
_ESCAPED: Final = re.compile(r'["\\\x00-\x1f]')
_LONGEST_ESCAPE: Final = len(r"\u0000")


class Delta(msgspec.Struct, frozen=True):
    """A part of a reply's text. A greater attempt begins anew, from offset 0."""

    attempt: int
    offset: int
    text: str


class Draft:
    """What was said in one attempt, and how much of it was posted. It posts nothing itself.

    Parameters
    ----------
    attempt
        Goes into each delta.
    most_bytes
        Of the text, in UTF-8.

    Attributes
    ----------
    text
        All that was said.
    is_full
        Whether it has said more than it can hold, so that the rest is lost.
    """

    def __init__(self, attempt: int, most_bytes: int = MAX_REPLY_BYTES) -> None:
        self._attempt = attempt
        self._room = most_bytes
        self._half = ""
        self._pending = ""
        self._due_at = 0
        self._posted = 0
        self.text = ""
        self.is_full = False

    def add(self, piece: str) -> None:
        """Take a piece of text. A half of a surrogate pair waits for the other one."""
        text = self._half + piece
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        self._append(_whole(text.removesuffix(self._half)))

    def end(self) -> None:
        """Take note that nothing more comes, so that half a pair is none: U+FFFD stands in its place."""
        half, self._half = self._half, ""
        self._append(_whole(half))

    def _append(self, text: str) -> None:
        encoded = text.encode()
        if len(encoded) > self._room:
            self.is_full = True
            text = encoded[: self._room].decode(errors="ignore")
        # nothing is added once a character did not fit: the text would have a gap there
        self._room = 0 if self.is_full else self._room - len(encoded)
        self.text += text
        self._pending += text

    @property
    def due_at(self) -> int | None:
        """When what is new is to be posted, epoch milliseconds (0: at once); None if nothing is new."""
        return self._due_at if self._pending else None

    def take(self, now: int, screens: int) -> list[Delta]:
        """Return the deltas of what is new, none before they are due; they count as posted.

        The first are due at once. The next wait for as long as it takes to post to all screens.

        Parameters
        ----------
        now
            Epoch milliseconds.
        screens
            To how many connections they are posted.
        """
        if not self._pending or now < self._due_at:
            return []
        taken = self._deltas(self._posted, self._pending)
        self._posted += units(self._pending)
        self._pending = ""
        self._due_at = now + interval(screens)
        return taken

    def posted(self) -> list[Delta]:
        """Return the deltas of all that was posted before, for a screen that comes in the middle."""
        return self._deltas(0, self.text.removesuffix(self._pending))

    def _deltas(self, offset: int, text: str) -> list[Delta]:
        deltas = []
        for part in cut(text, MAX_DELTA_BYTES):
            deltas.append(Delta(self._attempt, offset, part))
            offset += units(part)
        return deltas


def units(text: str) -> int:
    """Return how many UTF-16 code units a text has."""
    return len(text.encode("utf-16-le")) // 2


def interval(screens: int) -> int:
    """Return the milliseconds between two deltas: 100, or as many as it takes to post to all screens."""
    return max(SHORTEST_INTERVAL, INTERVAL_PER_SCREEN * screens)


def cut(text: str, most_bytes: int) -> Iterator[str]:
    """Yield the parts of a text that have at most so many bytes in JSON, none of nothing.

    ``most_bytes`` is at least 6, since a character can take as many.
    """
    start = size = 0
    for index, character in enumerate(text):
        each = _LONGEST_ESCAPE if _ESCAPED.match(character) else len(character.encode())
        if size + each > most_bytes:
            yield text[start:index]
            start, size = index, 0
        size += each
    if text:
        yield text[start:]


def _whole(text: str) -> str:
    """Join the halves of surrogate pairs, and put U+FFFD in the place of those that are alone."""
    if not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
