"""Tells of what a batch of the projector has changed, as far as that takes next to no time."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, ThreadPoolExecutor, wait
from typing import Final, Protocol

import msgspec

from functions.aws.events_api.publishing import MOST_EVENTS
from functions.aws.logs import logger
from functions.aws.read_models.transactions import Write
from functions.domain.connections.connection import Connection
from functions.domain.live.changes import (
    Change,
    CountersMoved,
    Told,
    for_operators,
    of_connection,
    of_session,
)
from functions.domain.live.channels import OPERATORS, channel_of
from functions.domain.refusals import Unavailable
from functions.domain.texts.sessions import Session, SessionKey
from functions.domain.times import iso

_PAUSE_SECONDS: Final = 5.0
"""For how long nothing is told after nobody could be: an outage is not waited for by each batch."""
_THREADS: Final = 8


class Publish(Protocol):
    """Publishes events to a channel, or raises `Unavailable`."""

    def __call__(self, channel: str, events: Sequence[bytes], *, once: bool) -> None:  # noqa: D102
        ...


class Changes:
    """What one batch has changed, in the order in which it was written."""

    def __init__(self) -> None:
        self._turns: list[tuple[Connection, Connection]] = []
        self._sessions: dict[SessionKey, Session] = {}

    def watch(self, writes: Sequence[Write], sessions: Sequence[Session]) -> None:
        """Keep what a transaction has written: of a session, how it is at the end."""
        self._turns += [write.turn for write in writes if write.turn is not None]
        self._sessions.update({session.key: session for session in sessions})

    def told(self, now: int) -> Iterator[Change]:
        """Yield what there is to tell of it, at a time in epoch seconds."""
        for before, after in self._turns:
            yield from of_connection(before, after)
        for session in self._sessions.values():
            yield from of_session(session, now)


class Telling:
    """Publishes changes: each user's to their own channel, and all to the operators'.

    Parameters
    ----------
    publish
        See `Publish`; it is asked once for each.
    seconds
        How long `tell` may take.
    threads
        What asks it, several at a time.
    clock
        Tells seconds, from whenever.
    """

    def __init__(
        self,
        publish: Publish,
        seconds: float,
        threads: Executor | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._publish = publish
        self._threads = threads or ThreadPoolExecutor(_THREADS)
        self._clock = clock
        self._seconds = seconds
        self._silent_until = 0.0

    def begin(self) -> Changes:
        """Return what keeps the changes of a batch."""
        return Changes()

    def tell(self, changes: Changes, moved: Mapping[str, int], now: int) -> dict[str, int]:
        """Publish what a batch has changed, and return how many events were taken and were not, for its line.

        It raises nothing. With the first that is not taken the rest is given up, and for some seconds all:
        what is not told is in the read models all the same.

        Parameters
        ----------
        changes, moved
            Of the batch.
        now
            Epoch milliseconds.
        """
        try:
            publications = [
                (channel, told[first : first + MOST_EVENTS])
                for channel, told in _by_channel(changes, moved, now).items()
                for first in range(0, len(told), MOST_EVENTS)
            ]
        except Exception:  # noqa: BLE001 - the outermost guard: the batch itself is projected
            logger.exception("internal")
            return {}
        every = sum(len(events) for _, events in publications)
        if not every:
            return {}
        taken = 0
        if self._clock() >= self._silent_until:
            taken = self._taken(publications)
            if taken < every:
                self._silent_until = self._clock() + _PAUSE_SECONDS
        return {"published": taken, "unpublished": every - taken}

    def _taken(self, publications: Sequence[tuple[str, Sequence[bytes]]]) -> int:
        asked = {
            self._threads.submit(self._publish, channel, events, once=True): len(events)
            for channel, events in publications
        }
        done, late = wait(asked, timeout=self._seconds, return_when=FIRST_EXCEPTION)
        for each in late:
            each.cancel()
        taken = 0
        for each in done:
            problem = each.exception()
            if problem is None:
                taken += asked[each]
            elif not isinstance(problem, Unavailable):
                logger.error("internal", exc_info=problem)
        return taken


def _by_channel(changes: Changes, moved: Mapping[str, int], now: int) -> Mapping[str, list[bytes]]:
    told: defaultdict[str, list[Told]] = defaultdict(list)
    for change in changes.told(now // 1000):
        told[OPERATORS].append(for_operators(change))
        told[channel_of(change.user_id)].append(change)
    counted = {name: change for name, change in sorted(moved.items()) if change}
    if counted:
        told[OPERATORS].append(CountersMoved(iso(now), counted))
    return {channel: [msgspec.json.encode(each) for each in events] for channel, events in told.items()}
