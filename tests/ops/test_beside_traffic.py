"""Random histories, projected by four at once, with and without a rebuild beside them: equal to their log."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import monotonic, sleep
from typing import Final

import pytest

from functions.aws.log.event_items import encode
from functions.domain.log.events import Event
from functions.operations.projection.batches import BatchFailedError, project_batch
from ops.deployment import Deployment
from ops.read_models.rebuild import rebuild
from ops.read_models.verify import verify
from tests.ops.wrongs import clock
from tests.stage import NOW, Stage
from tests.standin.histories import history
from tests.standin.records import records_of

PROJECTORS: Final = 4
LATER: Final = NOW / 1000 + 3 * 3600


class Projector:
    """One of several that share a stage: delivers batches of its own choice, some of them twice."""

    def __init__(self, stage: Stage, events: list[Event], seed: int) -> None:
        self._stage = stage
        self._random = Random(seed)  # noqa: S311 - it must repeat
        self._events = events
        self.delivered = 0
        """How many batches are done with."""
        self.finished = False

    def run(self) -> None:
        """Deliver everything at least once, in an order of its own."""
        waiting = list(self._events)
        self._random.shuffle(waiting)
        try:
            while waiting:
                size = self._random.randrange(1, 12)
                batch, waiting = waiting[:size], waiting[size:]
                if self._random.random() < 0.2:  # its answer was lost
                    waiting += batch
                self._deliver(batch)
        finally:
            self.finished = True

    def _deliver(self, batch: list[Event]) -> None:
        deadline = monotonic() + 20
        records = list(records_of(map(encode, batch)))
        while records:
            try:
                answer = project_batch(records, self._stage.model, self._stage.log, NOW)
            except BatchFailedError:  # rivals won the row every time: as the mapping, deliver again
                failed = 0
            else:
                failures = answer["batchItemFailures"]
                numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
                failed = numbers.index(failures[0]["itemIdentifier"]) if failures else len(records)
            records = records[failed:]
            assert monotonic() < deadline
        self.delivered += 1


def dealt(events: list[Event], seed: int) -> list[list[Event]]:
    """Deal events to the projectors, a fifth of them to two."""
    random = Random(seed)  # noqa: S311 - it must repeat
    hands: list[list[Event]] = [[] for _ in range(PROJECTORS)]
    for event in events:
        for hand in random.sample(hands, 2 if random.random() < 0.2 else 1):
            hand.append(event)
    return hands


def until_nobody_is_behind(projectors: list[Projector]) -> Callable[[float], None]:
    """Return what a rebuild does instead of waiting: every batch that had begun ends."""

    def wait(_seconds: float) -> None:
        begun = [projector.delivered for projector in projectors]
        deadline = monotonic() + 20
        while any(
            not projector.finished and projector.delivered <= before
            for projector, before in zip(projectors, begun, strict=True)
        ):
            assert monotonic() < deadline
            sleep(0.005)

    return wait


@pytest.mark.parametrize("seed", range(6))
def test_histories_that_four_project_at_once_equal_their_log(
    stage: Stage, deployment: Deployment, seed: int
) -> None:
    events = history(seed, connections=5)
    stage.append(*events)
    projectors = [Projector(stage, hand, seed + n) for n, hand in enumerate(dealt(events, seed))]

    with ThreadPoolExecutor(PROJECTORS) as threads:
        list(threads.map(Projector.run, projectors))

    verified = verify(deployment, at_rest=True, now=lambda: LATER)
    assert verified.connections == 5
    assert verified.differences == ()


@pytest.mark.parametrize("seed", range(4))
def test_a_rebuild_beside_four_projectors_ends_equal_to_the_log(
    stage: Stage, deployment: Deployment, seed: int
) -> None:
    events = history(100 + seed, connections=8)
    before, meanwhile = events[: len(events) // 3], events[len(events) // 3 :]
    stage.happen(*before)
    projectors = [Projector(stage, hand, seed + n) for n, hand in enumerate(dealt(meanwhile, seed))]
    started = threading.Barrier(PROJECTORS + 1)

    def live(projector: Projector, hand: list[Event]) -> None:
        started.wait()
        for event in hand:
            stage.log.append(event)
        projector.run()

    with ThreadPoolExecutor(PROJECTORS) as threads:
        running = [
            threads.submit(live, *pair) for pair in zip(projectors, dealt(meanwhile, seed), strict=True)
        ]
        started.wait()
        rebuilt = rebuild(
            deployment,
            wait_seconds=60,
            now=clock,
            sleep=until_nobody_is_behind(projectors),
        )
        for one in running:
            one.result()

    verified = verify(deployment, at_rest=True, now=lambda: LATER)
    assert rebuilt.generation == 2
    assert verified.connections == 8
    assert verified.differences == ()
