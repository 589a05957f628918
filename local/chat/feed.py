"""The client's rules for one feed: what is shown, and in which order.

docs/protocol.md says them. Nothing here knows a connection or a clock.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from local.chat.actions import Action, Json, Older, Reset, Shown
from local.chat.parts import Parts, joined

MOST_AHEAD: Final = 300
"""Messages that wait for their turn: more than one resume brings."""
MOST_KNOWN: Final = 1_000
"""Numbers whose ids are kept, to tell a message that comes twice from one of another feed."""


class Feed:
    """One feed, as far as it is shown.

    Parameters
    ----------
    name
        ``session`` or ``user``.
    position
        Where it was left, as `position` gave it; None for one that begins.
    most_ahead
        How many messages may wait for their turn.

    Attributes
    ----------
    seq, id
        The last message that was shown in order.
    is_loading
        Whether it was told to begin anew, and has no page of its history yet: nothing is shown until then.
    owed
        Whether something came that cannot be: the feed may be another one, and a resume tells.
    before
        Where the next page of its history begins; None for the newest one.
    receipt
        The last number whose sender wants to know that it has arrived, 0 if there is none.
    """

    def __init__(self, name: str, position: Json | None = None, most_ahead: int = MOST_AHEAD) -> None:
        self.name = name
        self.seq: int = position["seq"] if position else 0
        self.id: str = position["id"] if position else ""
        self.is_loading = False
        self.owed = False
        self._has_position = position is not None
        self._has_begun = False
        self._most_ahead = most_ahead
        self._ahead: dict[int, Parts] = {}
        self._known: dict[int, str] = {self.seq: self.id}
        self._base = 0
        self._promised = 0
        self._top: Json | None = None
        self._rest: list[Json] = []
        self.before: Json | None = None
        self.receipt = 0

    @property
    def position(self) -> Json | None:
        """Where it is, for a resume; None before anything is known of it."""
        return {"seq": self.seq, "id": self.id} if self._has_position else None

    @property
    def has_gap(self) -> bool:
        """Whether something waits for its turn, or is known to be there and has not come."""
        behind = bool(self._ahead) or self.seq < self._promised
        return self._has_begun and not self.is_loading and behind

    def has_numbered(self, id_: str) -> bool:
        """Tell whether a message came by its number, whether it is shown yet or not."""
        return id_ in self._known.values() or any(parts.id == id_ for parts in self._ahead.values())

    @property
    def waiting(self) -> int:
        """How many messages wait for their turn."""
        return len(self._ahead)

    def cut(self) -> None:
        """The connection is over: what waited for its turn comes again after the next resume.

        Until that is answered nothing is shown. The feed may have begun anew, and what comes by itself would
        be taken for what follows.
        """
        self._has_begun = False
        self._ahead.clear()
        self._promised = 0
        self.owed = False

    def told(self, message: Json) -> list[Action]:
        """Take a message, or a part of one."""
        seq = message["seq"]
        if self._has_begun and not self.is_loading and seq <= self.seq:
            self.owed |= self._known.get(seq) != message["id"]
            return []
        if seq not in self._ahead or self._ahead[seq].id != message["id"]:
            self._ahead[seq] = Parts(message["id"])
        self._ahead[seq].add(message)
        if len(self._ahead) > self._most_ahead:
            greatest = max(self._ahead)  # the next number always finds room
            del self._ahead[greatest]
            self._promised = max(self._promised, greatest)
        return list(self._drain())

    def resumed(self, seq: int) -> list[Action]:
        """Take note that what was missed was sent, up to a number."""
        self._has_begun = True
        self._promised = max(self._promised, seq)
        return list(self._drain())

    def reset(self, position: Json) -> list[Action]:
        """Begin anew from a position; what was before it comes as history."""
        self._has_begun = self._has_position = True
        self._move_to(position)
        self._base = self.seq
        self._known = {self.seq: self.id}
        self._top, self._rest, self.before, self.receipt = None, [], None, 0
        self.is_loading = self.seq > 0
        return [] if self.is_loading else [Reset(self.name), *self._drain()]

    def page(self, page: Json) -> list[Action]:
        """Take a page of the history that was asked for while it was loading.

        A page that is older than the reset is of no use: it goes on loading, from the top.
        """
        if self._top is None:
            top = page.get("complete")
            if top is None or top["seq"] < self._base:
                return []
            self._top = top
        messages = self._older(page)
        if not messages and page.get("more", False):
            return []  # not even the newest message is whole: the next page has more of its parts
        self._move_to(self._top)
        self.is_loading = False
        self._know(messages)
        return [Reset(self.name), *(Shown(self.name, each) for each in messages), *self._drain()]

    def give_up_loading(self) -> list[Action]:
        """Go on without the history."""
        self.is_loading = False
        return [Reset(self.name), *self._drain()]

    def older(self, page: Json) -> list[Action]:
        """Take a page that was asked for with `before`."""
        messages = self._older(page)
        return [Older(self.name, messages, page.get("more", False))]

    def _older(self, page: Json) -> list[Json]:
        """Return the whole messages of a page, in order; parts of the oldest wait for the next page."""
        found = page["messages"]
        if found:
            last = found[-1]
            self.before = {key: last[key] for key in ("seq", "part") if key in last}
        messages, self._rest = joined([*self._rest, *found])
        return messages

    def _move_to(self, position: Json) -> None:
        self.seq, self.id = position["seq"], position["id"]

    def _drain(self) -> Iterator[Action]:
        """Show what has come before its turn, and forget what is behind."""
        if not self._has_begun or self.is_loading:
            return
        for seq in [seq for seq in self._ahead if seq <= self.seq]:
            del self._ahead[seq]
        while (parts := self._ahead.get(self.seq + 1)) is not None and parts.is_whole:
            message = parts.message
            del self._ahead[self.seq + 1]
            self._move_to(message)
            self._know([message])
            yield Shown(self.name, message)

    def _know(self, messages: Sequence[Json]) -> None:
        self._known |= {each["seq"]: each["id"] for each in messages}
        self.receipt = max([self.receipt, *(each["seq"] for each in messages if each.get("receipt"))])
        for seq in list(self._known)[: max(0, len(self._known) - MOST_KNOWN)]:
            del self._known[seq]
