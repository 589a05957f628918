"""Redrives what the projector gave up: works off its failure queue, message by message.

A redrive joins the whole log of a batch's connections into their rows and adds the difference, so it may be
repeated, interrupted and run twice at once; and a message is deleted only after its connections were written.
It goes on beside a rebuild, too: its events were in the log before it reads the generation, so its rows are
of the newest one, or are refolded by the rebuild, which reads the log later.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ops.deployment import Deployment
from ops.failures.discarded_events import Recovered, find
from ops.failures.discards import Discarded, NotDiscardedError, parse
from ops.failures.failure_queue import Delivery, FailureQueue
from ops.read_models.refolding import TOGETHER, refold

_BY_TIME: Final = (
    "found by its arrival only: if `verify` reports no differences, redrive with --accept-by-time"
)

Report = Callable[[str, int], None]
"""Told what was done, and how many more of it."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one message; it stays in the queue where there is a problem.

    ``exact`` tells whether the stream still had the keys; if not, ``connections`` are all
    whose events arrived at that time, which may be more than were in the batch.
    """

    message: str
    batch: Discarded | None = None
    exact: bool = True
    connections: frozenset[str] = frozenset()
    problem: str | None = None


class Redriven(msgspec.Struct, frozen=True):
    """What became of each message, and about how many others somebody else has received."""

    outcomes: tuple[Outcome, ...]
    hidden: int

    @property
    def left(self) -> tuple[Outcome, ...]:
        """The messages that stay in the queue."""
        return tuple(outcome for outcome in self.outcomes if outcome.problem)

    @property
    def connections(self) -> int:
        """How many connections the messages that do not stay have led to, each counted once."""
        return len(frozenset().union(*(each.connections for each in self.outcomes if not each.problem)))


def redrive(
    deployment: Deployment,
    report: Report = lambda _what, _count: None,
    *,
    dry_run: bool = False,
    accept_by_time: bool = False,
    now: Callable[[], float] = time.time,
) -> Redriven:
    """Project what the messages of the failure queue name, and delete those that are done with.

    Parameters
    ----------
    deployment
        The tables, the stream and the queue.
    report
        Told of progress.
    dry_run
        Neither project nor delete; every message is back in the queue afterwards.
    accept_by_time
        Be done with messages whose records the stream has no more, once all that arrived then is
        projected. An item without the stamp of its arrival is missed: only a comparison with the log tells.

    Raises
    ------
    Unavailable
        If the tables cannot be read in time. Messages that are not done with are back in the queue.
    """
    queue = FailureQueue(deployment.queues, deployment.outputs.projector_failure_queue)
    outcomes: dict[str, Outcome] = {}
    in_hand: dict[str, Delivery] = {}
    try:
        while received := queue.receive():
            in_hand |= {delivery.id: delivery for delivery in received}
            new = [delivery for delivery in received if delivery.id not in outcomes]
            for outcome in _redrive(deployment, new, report, dry_run=dry_run, now=now):
                doubtful = not (outcome.exact or outcome.problem or accept_by_time)
                outcomes[outcome.message] = (
                    msgspec.structs.replace(outcome, problem=_BY_TIME) if doubtful else outcome
                )
            for delivery in received:  # a message that comes twice is deleted twice
                if not dry_run and not outcomes[delivery.id].problem:
                    queue.delete(delivery)
                    del in_hand[delivery.id]
            report("messages", len(new))
            if not new:
                break
    finally:
        queue.give_back(in_hand.values())
    return Redriven(tuple(outcomes.values()), queue.hidden())


def _redrive(
    deployment: Deployment,
    deliveries: Sequence[Delivery],
    report: Report,
    *,
    dry_run: bool,
    now: Callable[[], float],
) -> list[Outcome]:
    outcomes = [_outcome(deployment, delivery) for delivery in deliveries]
    if dry_run:
        return outcomes
    # together: the batches that one failure was halved into are often of the same connections
    connections = sorted(frozenset().union(*(outcome.connections for outcome in outcomes)))
    failed: set[str] = set()
    for start in range(0, len(connections), TOGETHER):
        together = connections[start : start + TOGETHER]
        failed |= refold(deployment, together, now())
        report("connections", len(together))
    return [_judged(outcome, failed) for outcome in outcomes]


def _outcome(deployment: Deployment, delivery: Delivery) -> Outcome:
    """Return what a message leads to, before anything is written."""
    try:
        batch = parse(delivery.body)
    except NotDiscardedError as problem:
        return Outcome(delivery.id, problem=str(problem))
    if batch.table != deployment.outputs.events_table:
        return Outcome(delivery.id, batch, problem=f"of the table {batch.table!r}, which is not the log")
    recovered = find(deployment, batch)
    still_open = _problem(batch, recovered)
    return Outcome(delivery.id, batch, recovered.exact, recovered.connections, still_open)


def _problem(batch: Discarded, recovered: Recovered) -> str | None:
    if recovered.unreadable:
        first, *more = recovered.unreadable
        return f"still not an event: {first}" + (f" and {len(more)} more" if more else "")
    if recovered.records < batch.batch_size:
        # of an item without the stamp of its arrival the index knows nothing
        return f"only {recovered.records} of {batch.batch_size} records were found: mend the log, and rebuild"
    return None


def _judged(outcome: Outcome, failed: set[str]) -> Outcome:
    unwritten = outcome.connections & failed
    if outcome.problem or not unwritten:
        return outcome
    return msgspec.structs.replace(outcome, problem=f"could not be projected: {', '.join(sorted(unwritten))}")
