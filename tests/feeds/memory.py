"""Notifications without tables: one session, which alice has, numbers that are all 1, and no screens."""

from collections.abc import Sequence
from typing import Any

from functions.aws.feeds.acknowledgements import Acknowledged, Acknowledgements
from functions.aws.feeds.cancellations import Cancellations
from functions.aws.feeds.pointers import Pointers
from functions.aws.feeds.stores import FeedStores
from functions.aws.log.event_log import EventLog
from functions.aws.log.event_reads import Arrived, EventKey, EventReads
from functions.aws.log.owners import Owners
from functions.aws.log.recent_events import RecentEvents
from functions.domain.feeds.numbering import Unnumbered
from functions.domain.frames.feed_frames import Position
from functions.operations.feeds.feeds import Feeds
from functions.operations.feeds.notifying import Notifying
from tests.fakes import MemorySubscribers, OneByOne, RecordingCallbacks


class OneSession(Owners):
    """Knows that ``s-1`` is alice's, and of no other session."""

    def of(self, session_id: str, now: int) -> str | None:  # noqa: ARG002 - it never expires
        """Return whose it is."""
        return "alice" if session_id == "s-1" else None


class FirstNumber(Pointers):
    """Gives everything the number 1."""

    def number(self, feed: str, event: Unnumbered) -> int:  # noqa: ARG002 - whatever it is
        """Return it."""
        return 1

    def top(self, feed: str) -> Position:  # noqa: ARG002 - likewise
        """Return where a feed is without numbers."""
        return Position(0, "")


class NoReceipts(Acknowledgements):
    """Nobody acknowledged anything."""

    def of(self, feed: str, now: int) -> list[Acknowledged]:  # noqa: ARG002 - whatever is asked
        """Return nothing."""
        return []


class NoEvents(EventReads):
    """Reads nothing."""

    def get(self, keys: Sequence[EventKey], now: int) -> dict[EventKey, Arrived]:  # noqa: ARG002 - likewise
        """Return nothing."""
        return {}


def notifying(log: EventLog, now: int) -> Notifying:
    """Return what sends notifications into a log, at a time that does not pass."""
    nothing: Any = None
    stores = FeedStores(
        FirstNumber(nothing, "feeds", lambda: now),
        MemorySubscribers(),
        NoReceipts(nothing, "feeds"),
        NoEvents(nothing, "events"),
        RecentEvents(nothing, "events"),
        Cancellations(nothing, "feeds"),
    )
    feeds = Feeds(stores, log, RecordingCallbacks(), lambda: now, OneByOne)
    return feeds.notifying(OneSession(nothing, "claims"))
