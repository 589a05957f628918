"""Rebuild: what it makes again, where it goes on, and what it does not serve."""

import threading
from collections import Counter

import pytest

from functions.domain.events import ActivityRecorded, ConnectionOpened, TextMessageReceived
from functions.operations.projection import project
from ops.control import ControlItem
from ops.deployment import Deployment
from ops.rebuild import RebuildFailedError, Rebuilt, rebuild
from ops.verify import verify
from tests.ops.wrongs import HISTORY, clock
from tests.stage import NOW, Stage, error, happened, raising

MANY = [happened(f"many-{n}", ConnectionOpened()) for n in range(40)]


def _at_once(_seconds: float) -> None:
    """Do not wait: no projector of an older generation is at work."""


def rebuilt(deployment: Deployment) -> Rebuilt:
    return rebuild(deployment, wait_seconds=0, now=clock, sleep=_at_once)


def shared(stage: Stage) -> Deployment:
    """Return the deployment with the stage's own client, whose requests can be meddled with."""
    deployment = stage.deployment
    deployment.__dict__["client"] = stage.client
    return deployment


def differences(deployment: Deployment) -> tuple[object, ...]:
    return verify(deployment, at_rest=True, now=clock).differences


def control(stage: Stage) -> ControlItem:
    return ControlItem(stage.client, stage.tables.metrics)


def test_a_rebuild_makes_everything_again_from_the_log(stage: Stage, deployment: Deployment) -> None:
    stage.append(*HISTORY)

    done = rebuilt(deployment)

    assert done == Rebuilt(generation=2, connections=2, deleted=0, resumed=False)
    assert differences(deployment) == ()


def test_a_rebuild_counts_in_a_generation_of_its_own_and_serves_it_last(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)

    rebuilt(deployment)

    progress = control(stage).read()
    assert (progress.generation, progress.serving, progress.rebuilding) == (2, 2, False)
    assert stage.counts()["active 00000002#now"] == 1
    assert "active 00000001#now" not in stage.counts()


def test_rows_that_the_log_does_not_name_are_deleted(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    stage.project(happened("nobody", ConnectionOpened()), happened("nobody", TextMessageReceived("x"), 1))

    done = rebuilt(deployment)

    assert done.deleted == 2
    assert differences(deployment) == ()


def test_it_waits_for_longer_than_a_projector_may_run(stage: Stage, deployment: Deployment) -> None:
    waited: list[float] = []

    rebuild(deployment, now=lambda: float(control(stage).read().started_at or 0), sleep=waited.append)

    assert waited == [65.0]


def test_one_that_was_stopped_goes_on_where_it_was(stage: Stage, deployment: Deployment) -> None:
    stage.append(*MANY)
    refolded: Counter[str] = Counter()

    def stop_half_way(what: str, count: int) -> None:
        refolded[what] += count
        if refolded[what] > len(MANY) // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(deployment, stop_half_way, wait_seconds=0, now=clock, sleep=_at_once)
    finished = [position for position in control(stage).read().positions.values() if not position]
    done = rebuilt(deployment)

    assert finished
    assert done.resumed
    assert done.generation == 2
    assert done.connections < len(MANY)
    assert differences(deployment) == ()


def test_what_cannot_be_projected_is_not_served(stage: Stage, deployment: Deployment) -> None:
    stage.append(*HISTORY)
    stage.requests.at_next("TransactWriteItems", *[raising(error("ValidationException"))] * 50)

    with pytest.raises(RebuildFailedError, match="could not be projected"):
        rebuild(shared(stage), wait_seconds=0, now=clock, sleep=_at_once)

    assert control(stage).read().serving == 1


def test_of_two_that_begin_at_once_both_end_in_one_generation(stage: Stage, deployment: Deployment) -> None:
    stage.append(*MANY)
    done: list[Rebuilt] = []
    threads = [threading.Thread(target=lambda: done.append(rebuilt(deployment))) for _ in range(2)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 2
    assert differences(deployment) == ()


def test_what_has_expired_is_not_made_again(stage: Stage, deployment: Deployment) -> None:
    stage.append(*HISTORY, happened("old", ConnectionOpened(), expires_at=NOW // 1000))

    done = rebuilt(deployment)

    assert done.connections == 3
    assert {item["connectionId"]["S"] for item in stage.items(stage.tables.connections)} == {"c1", "c2"}


def test_a_rebuild_beside_projectors_loses_and_repeats_nothing(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*MANY)
    activity = [
        happened(each.connection_id, ActivityRecorded(), after)
        for after in (1_000, 2_000, 3_000)
        for each in MANY
    ]
    stage.append(*activity)
    failed: list[frozenset[str]] = []

    def deliver(part: int) -> None:
        failed.extend(
            project({each.connection_id: [each]}, stage.model, stage.log, now=NOW)
            for each in activity[part::4]
        )

    projectors = [threading.Thread(target=deliver, args=(part,)) for part in range(4)]
    for projector in projectors:
        projector.start()
    rebuilt(deployment)
    for projector in projectors:
        projector.join()

    assert set(failed) == {frozenset()}
    assert differences(deployment) == ()
