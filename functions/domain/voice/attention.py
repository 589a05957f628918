"""What a warm instance remembers of those who speak, each for a moment: so that a flood costs no more.

Times are the gateway's, of requests, in epoch milliseconds. An instance that is asked by more than it can
remember forgets whom it heard first, which costs a read, or lets an error be told once more.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from functions.domain.frames.pace import FRAMES_BURST, FRAMES_PER_SECOND
from functions.domain.log.ids import time_of

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

SECOND: Final = 1_000
MOST: Final = 1_000
"""Connections, or conversations, that an instance remembers."""
_LATE: Final = 10_000
"""How long before a read a voice session may have begun that the read did not find: requests overtake each
other, and one that came first may be written last."""
_FRAME: Final = SECOND // FRAMES_PER_SECOND


class Hold(msgspec.Struct, frozen=True):
    """Which voice session holds a conversation, and until when, epoch seconds; nobody does by default."""

    session: str = ""
    until: int = 0


class _Read(msgspec.Struct, frozen=True):
    hold: Hold
    since: int
    is_second: bool = False


class Holds:
    """The voice sessions that hold conversations: each conversation is asked for once a second.

    Whoever names another voice session than the one that was found is told so from memory, but for one that
    may have begun since: for such a one the conversation is read a second time, and no third time within the
    second. So invented ids cost two reads a second, however many they are.

    Parameters
    ----------
    read
        Returns the hold on a conversation, at a time; may raise `Unavailable`.
    """

    def __init__(self, read: Callable[[str, int], Hold], most: int = MOST) -> None:
        self._read = read
        self._most = most
        self._known: dict[str, _Read] = {}

    def is_open(self, conversation: str, session: str, at: int) -> bool:
        """Tell whether a voice session holds a conversation."""
        known = self._known.get(conversation)
        if known is None or at - known.since >= SECOND:
            known = self._ask(conversation, at, at)
        elif known.hold.session != session and self._may_be_newer(session, known):
            known = self._ask(conversation, at, known.since, is_second=True)
        return known.hold.session == session and known.hold.until > at // 1000

    def _may_be_newer(self, session: str, known: _Read) -> bool:
        return not known.is_second and time_of(session) > known.since - _LATE

    def _ask(self, conversation: str, at: int, since: int, *, is_second: bool = False) -> _Read:
        known = _Read(self._read(conversation, at), since, is_second)
        _remember(self._known, conversation, known, self._most)
        return known


class Tellings:
    """What is told a connection once a second, such as an error that each frame would get."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._told: dict[tuple[str, str], int] = {}

    def is_due(self, connection_id: str, what: str, at: int) -> bool:
        """Tell whether this was not told within the last second; from now on, it was."""
        key = (connection_id, what)
        if at - self._told.get(key, -SECOND) < SECOND:
            return False
        _remember(self._told, key, at, self._most)
        return True


class Paces:
    """How fast each connection is passed on, whatever numbers its frames have: as fast as speech may be."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._due: dict[str, int] = {}

    def keeps(self, connection_id: str, at: int) -> bool:
        """Tell whether one more frame may be passed on, and count it if so."""
        due = max(self._due.get(connection_id, 0), at)
        if due - at > (FRAMES_BURST - 1) * _FRAME:
            return False
        _remember(self._due, connection_id, due + _FRAME, self._most)
        return True


def _remember(known: dict[_Key, _Value], key: _Key, value: _Value, most: int) -> None:
    known.pop(key, None)  # so that the first of a dict is the one that was not seen for longest
    known[key] = value
    if len(known) > most:
        del known[next(iter(known))]
