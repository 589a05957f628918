"""Forgets the person of some connections in the tables: log, read models, feeds and claims."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final

import msgspec

from functions.domain.log.events import Event
from functions.domain.log.redaction import forgetting
from functions.domain.log.unconnected import is_connection
from functions.operations.projection.log_pages import is_expired
from ops.deployment import THREADS, Deployment
from ops.erasure import claims, events, feeds, sessions
from ops.erasure.messages import move_all
from ops.erasure.person import Person, survey
from ops.erasure.planning import refuse
from ops.erasure.problems import StuckError
from ops.erasure.traces import Trace
from ops.read_models.rebuild import MARGIN_SECONDS, Report
from ops.read_models.refolding import TOGETHER, refold
from ops.read_models.scans import Threads

_ROUNDS: Final = 4
"""The first does all of it, the second what came meanwhile: their connections are ended, so little comes."""


class Clock(msgspec.Struct, frozen=True):
    """Tells and passes the time, in seconds."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    @property
    def milliseconds(self) -> int:
        """The time in epoch milliseconds."""
        return int(self.now() * 1000)


OWN_CLOCK: Final = Clock()
"""The machine's."""


class Tables:
    """The tables of a stack, while a person is forgotten in them.

    Parameters
    ----------
    deployment
        Where they are.
    user_id, pseudonym
        The person, and what they are called from now on.
    by
        Who asks for it.
    report
        Told of progress.
    clock
        The time.
    threads
        Makes what works on several connections side by side.

    Attributes
    ----------
    hours
        The hours in which their events arrived, epoch milliseconds.
    events, messages, sessions
        How many events were redacted, messages moved, and sessions freed.
    """

    def __init__(
        self,
        deployment: Deployment,
        user_id: str,
        pseudonym: str,
        by: str,
        report: Report = lambda _what, _count: None,
        *,
        clock: Clock = OWN_CLOCK,
        threads: Threads = ThreadPoolExecutor,
    ) -> None:
        self._deployment = deployment
        self._user_id = user_id
        self._pseudonym = pseudonym
        self._by = by
        self._report = report
        self._clock = clock
        self._threads = threads
        self._conversations: set[str] = set()
        self._known: dict[str, str] = {}
        self.hours: set[int] = set()
        self.events = self.messages = self.sessions = 0

    def called(self, connection: str) -> str:
        """Return what the person of a connection is called: an earlier erasure may have chosen otherwise."""
        return self._known.get(connection, self._pseudonym)

    def survey(self, known: frozenset[str] = frozenset()) -> Person:
        """Return what there is of them now, in connections that are known to be theirs, and in any others."""
        now = self._clock.milliseconds
        return survey(self._deployment, self._user_id, now, self._pseudonym, known, self._threads)

    def forget(self, connections: frozenset[str]) -> None:
        """Forget the person of some connections, again until nothing more comes.

        Raises
        ------
        CannotForgetError
            If something comes that cannot be redacted, or all the time.
        """
        self._round(self._of(connections))
        for _ in range(_ROUNDS):
            person = self._of(connections)
            if not person.named:
                return
            self._round(person)
        raise StuckError("events of connections that were ended come all the time: run it again")

    def move_messages(self) -> None:
        """Move what names them in the conversations that they had."""
        moved = move_all(
            self._deployment, self._user_id, self._conversations, self._known, self._clock.milliseconds
        )
        self.messages += moved
        self._report("messages", moved)

    def _of(self, connections: frozenset[str]) -> Person:
        """Survey some connections, and note what they lead to."""
        found = self.survey(connections)
        person = Person(
            found.user_id,
            {each: trace for each, trace in found.traces.items() if each in connections},
            {each: row for each, row in found.rows.items() if each in connections},
        )
        refuse(person.problems)
        self.hours |= person.hours
        self._conversations |= {*person.sessions, *(f"connection#{each}" for each in person.connections)}
        self._known |= {each: trace.pseudonym or self._pseudonym for each, trace in person.traces.items()}
        return person

    def _round(self, person: Person) -> None:
        connections = frozenset(person.traces)
        new = [example for trace in person.traces.values() if (example := self._unforgotten(trace))]
        if new or person.texts:
            for example in new:
                self._deployment.log.append(forgetting(example, self._pseudonym, self._by))
            self._refold(connections)
            # a projection that has read a row which did not know yet ends before messages are moved
            self._clock.sleep(self._deployment.outputs.projector_timeout_seconds + MARGIN_SECONDS)
            person = self._of(connections)
        self.move_messages()
        sessions.leave(self._deployment, self._user_id)
        feeds.delete(self._deployment, person)
        self.sessions += claims.free(self._deployment, person)
        self._redact(person)
        feeds.delete(self._deployment, person)  # the sweeper may have numbered what was still in the log
        self._refold(connections)

    def _unforgotten(self, trace: Trace) -> Event | None:
        """Return an event of a connection that has none yet which forgets its person, and is still kept."""
        if trace.pseudonym is not None or trace.example is None:
            return None
        if not is_connection(trace.example.connection_id):  # it has no row that would have to know
            return None
        return None if is_expired(trace.example, self._clock.milliseconds) else trace.example

    def _redact(self, person: Person) -> None:
        def redact(connection: str) -> int:
            now = self._clock.milliseconds
            trace = person.traces[connection]
            count = events.redact(self._deployment, connection, trace, self.called(connection), now)
            if connection in person.rows:
                events.delete_row_of_nothing(self._deployment, connection)
            self._report("events", count)
            return count

        with self._threads(THREADS) as running:
            self.events += sum(running.map(redact, person.traces))

    def _refold(self, connections: frozenset[str]) -> None:
        """Join what the log has of connections into their rows, wherever the projector is."""
        left = iter(sorted(connections))
        while together := list(islice(left, TOGETHER)):
            failed = refold(self._deployment, together, self._clock.now())
            if failed:
                raise StuckError(
                    f"{len(failed)} connections could not be projected, among them {min(failed)}"
                )
