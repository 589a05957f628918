"""Tells whether the feeds number what the log holds: each event of a kind that screens are told, once.

A rebuild leaves the feeds alone, since numbers are not in the log: what differs is told, and the sweeper
heals what is young. Memory does not depend on how many events there are: both walks are tallied, and only
the feeds whose sums differ are looked at once more.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, Final

import msgspec

from functions.aws.attributes import Item
from functions.aws.feeds.keys import POINTERS
from functions.aws.log.event_items import MalformedEventError
from functions.aws.log.event_reads import arrived_of
from functions.domain.feeds.feeds import NUMBERED, feed_of
from functions.domain.feeds.healing import span
from functions.names import TTL_ATTRIBUTE
from ops.deployment import Deployment
from ops.read_models.differences import Difference
from ops.read_models.findings import Findings
from ops.read_models.scans import Threads, in_segments, keys, pages
from ops.read_models.tallies import Tally

_DAY_SECONDS: Final = 86_400
_MINUTES: Final = 5
"""Between two runs of the sweeper, as far as this knows."""

Place = tuple[str, str, str]
"""A feed, and the connection and the id of an event in it."""


class ComparedFeeds(msgspec.Struct, frozen=True):
    """How many numbers were compared with the log, and every difference; of very many the first."""

    numbers: int
    differences: tuple[Difference, ...]
    more: int = 0


def compare_feeds(
    deployment: Deployment,
    now: float,
    *,
    at_rest: bool = False,
    threads: Threads = ThreadPoolExecutor,
) -> ComparedFeeds:
    """Compare the numbers of all feeds with the events of the log.

    Parameters
    ----------
    deployment
        The tables, with that of the feeds.
    now
        Epoch seconds.
    at_rest
        Nothing is being appended or delivered. Else what arrived in the last quarter of an hour, which may be
        on its way, and what expires within a day, is not judged.
    """
    comparing = _Comparing(deployment, now, threads, at_rest=at_rest)
    comparing.tally()
    comparing.look_again()
    return comparing.compared()


class _Comparing:
    def __init__(self, deployment: Deployment, now: float, threads: Threads, *, at_rest: bool) -> None:
        self._deployment = deployment
        self._threads = threads
        self._expiry = now if at_rest else now + _DAY_SECONDS
        latest = int(now * 1000)
        self._latest = latest if at_rest else span(latest, _MINUTES).first
        self._tally = Tally(lambda _expires_at: True)
        self._findings = Findings()
        self._numbers = 0
        self._lock = Lock()

    def compared(self) -> ComparedFeeds:
        """Return what was compared."""
        return ComparedFeeds(self._numbers, self._findings.first, self._findings.more)

    def tally(self) -> None:
        """Walk both tables, and add up what each says.

        The numbers come first: an event is in the log before it has one, so that none is without its event.
        """

        def meet(segment: int) -> None:
            for place, item in self._numbered(segment):
                self._tally.meet(place[0], self._tally.sum_of(item, *place))
                with self._lock:
                    self._numbers += 1

        def explain(segment: int) -> None:
            for place, item in self._told(segment):
                self._tally.explain(place[0], self._tally.sum_of(item, *place))

        in_segments(meet, self._threads)
        in_segments(explain, self._threads)

    def look_again(self) -> None:
        """Find what differs, in the feeds whose sums do; what arrived of late may be on its way still."""
        if self._tally.agrees():
            return
        numbered: set[Place] = set()
        told: dict[Place, int] = {}

        def collect_numbers(segment: int) -> None:
            numbered.update(place for place, _ in self._numbered(segment) if self._is_doubtful(place))

        def collect_events(segment: int) -> None:
            for place, item in self._told(segment):
                if self._is_doubtful(place):
                    told[place] = arrived_of(item).arrived_at

        in_segments(collect_numbers, self._threads)
        in_segments(collect_events, self._threads)
        for place in sorted(told.keys() - numbered):
            if told[place] <= self._latest:
                self._findings.add(Difference(" ".join(("event", *place)), "an event", "no number"))
        for place in sorted(numbered - told.keys()):
            self._findings.add(Difference(" ".join(("number", *place)), "no event", "a number"))

    def _is_doubtful(self, place: Place) -> bool:
        return not self._tally.agrees_of(place[0])

    def _numbered(self, segment: int) -> Iterator[tuple[Place, Item]]:
        """Yield what has a number that lasts."""
        table = self._deployment.outputs.feeds_table or ""
        names = ("feed", "key", "connection_id", "event_id", TTL_ATTRIBUTE)
        for item in keys(self._deployment.client, table, segment, *names):
            if item["key"]["S"].startswith(POINTERS) and self._lasts(item):
                yield (item["feed"]["S"], item["connection_id"]["S"], item["event_id"]["S"]), item

    def _told(self, segment: int) -> Iterator[tuple[Place, Item]]:
        """Yield the events that screens are told, and that last."""
        kinds = {f":type{number}": {"S": fact.__name__} for number, fact in enumerate(NUMBERED)}
        query: dict[str, Any] = {
            "FilterExpression": f"#type IN ({', '.join(kinds)})",
            "ExpressionAttributeNames": {"#type": "type"},
            "ExpressionAttributeValues": kinds,
        }
        table = self._deployment.outputs.events_table
        for items, _ in pages(self._deployment.client, table, segment, **query):
            for item in items:
                place = self._place_of(item)
                if place is not None and self._lasts(item):
                    yield place, item

    def _place_of(self, item: Item) -> Place | None:
        try:
            event = arrived_of(item).event
        except MalformedEventError:
            return None
        feed = feed_of(event)
        return None if feed is None else (feed, event.connection_id, event.event_id)

    def _lasts(self, item: Item) -> bool:
        return TTL_ATTRIBUTE in item and int(item[TTL_ATTRIBUTE]["N"]) > self._expiry
