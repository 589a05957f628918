"""Replies that are being said: deltas, put together by their attempts and offsets."""

from typing import Final

from local.chat.actions import Action, Delta, Json, Older, Reset, Shown

MOST_DRAFTS: Final = 20
MOST_FINISHED: Final = 1_000
MOST_AHEAD: Final = 100

_UNIT: Final = 2
"""Bytes of a code unit of UTF-16."""


class _Draft:
    """One attempt, as far as it was said."""

    def __init__(self, attempt: int) -> None:
        self.attempt = attempt
        self.units = b""
        self.ahead: dict[int, bytes] = {}

    def add(self, offset: int, units: bytes) -> bytes:
        """Take a piece, and return what is new; what is ahead waits until nothing is missing before it."""
        self.ahead[offset] = max(units, self.ahead.get(offset, b""), key=len)
        if len(self.ahead) > MOST_AHEAD:
            del self.ahead[max(self.ahead)]
        before = len(self.units)
        for start in sorted(self.ahead):
            known = len(self.units) // _UNIT
            if start > known:
                break
            self.units += self.ahead.pop(start)[(known - start) * _UNIT :]
        return self.units[before:]


class Drafts:
    """The replies that have begun and have not ended."""

    def __init__(self) -> None:
        self._drafts: dict[str, _Draft] = {}
        self._finished: dict[str, None] = {}
        self._of_before: set[str] = set()

    @property
    def open(self) -> list[str]:
        """The messages that are being answered, the last one last."""
        return list(self._drafts)

    def opened(self) -> None:
        """Take note of another connection: what goes on is told on it from its beginning."""
        self._of_before = set(self._drafts)

    def seen(self, actions: list[Action]) -> list[Action]:
        """Forget the drafts of what is shown now; after a reset of its feed, show what goes on once more."""
        for action in actions:
            match action:
                case Shown(message=message):
                    self._finish_for(message)
                case Older(messages=messages):
                    for message in messages:
                        self._finish_for(message)
        anew = any(isinstance(action, Reset) and action.feed == "session" for action in actions)
        return [*actions, *self.reset()] if anew else actions

    def _finish_for(self, message: Json) -> None:
        if "messageId" in message:
            self.finish(message["messageId"])

    def reset(self) -> list[Delta]:
        """Begin anew with the feed: return what is being said still, each from its beginning.

        What was told on an earlier connection alone may be over, and its end before what is shown now.
        """
        for message_id in self._of_before:
            self._drafts.pop(message_id, None)
        self._of_before.clear()
        said = [(message_id, draft) for message_id, draft in self._drafts.items() if draft.units]
        return [
            Delta(message_id, draft.attempt, 0, draft.units.decode("utf-16-le", "surrogatepass"))
            for message_id, draft in said
        ]

    def told(self, delta: Json) -> Delta | None:
        """Take a delta; return what it adds, None if that is nothing.

        A greater attempt begins anew, and a smaller one is over. What is finished has no deltas any more.
        """
        message_id, attempt = delta["messageId"], delta["attempt"]
        draft = self._drafts.get(message_id)
        if message_id in self._finished or (draft is not None and attempt < draft.attempt):
            return None
        self._of_before.discard(message_id)
        if draft is None or attempt > draft.attempt:
            draft = self._drafts[message_id] = _Draft(attempt)
            if len(self._drafts) > MOST_DRAFTS:
                del self._drafts[next(iter(self._drafts))]
        offset = len(draft.units) // _UNIT
        new = draft.add(delta["offset"], delta["text"].encode("utf-16-le", "surrogatepass"))
        if not new:
            return None
        return Delta(message_id, attempt, offset, new.decode("utf-16-le", "surrogatepass"))

    def finish(self, message_id: str) -> None:
        """Forget a draft: its reply is there, or will never be."""
        self._drafts.pop(message_id, None)
        self._of_before.discard(message_id)
        self._finished[message_id] = None
        if len(self._finished) > MOST_FINISHED:
            del self._finished[next(iter(self._finished))]
