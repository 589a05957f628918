"""Rebuild: what it writes, how it goes on after an interruption, and what it does when it cannot."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from threading import Lock

import pytest

from functions.domain.log.facts import ConnectionClosed, ConnectionOpened, TextMessageReceived
from ops.deployment import Deployment
from ops.read_models.control import ControlItem, Progress
from ops.read_models.rebuild import RebuildFailedError, Rebuilt, rebuild
from ops.read_models.verify import verify
from tests.in_turn import InTurn
from tests.ops.wrongs import HISTORY, clock
from tests.stage import NOW, Requests, Stage, error, happened, raising

MANY = [happened(f"c{number}", ConnectionOpened()) for number in range(60)]

POISON = happened("c9" + "x" * 1_500, TextMessageReceived("x" * 407_100))
"""It fits in the log, but not in the chat storage, where the connection's id is the conversation's, too."""


Report = Callable[[str, int], None]


def run(
    deployment: Deployment,
    report: Report = lambda _what, _count: None,
    threads: Callable[[int], Executor] = ThreadPoolExecutor,
) -> Rebuilt:
    return rebuild(
        deployment, report, wait_seconds=0, now=clock, sleep=lambda _seconds: None, threads=threads
    )


def control(deployment: Deployment) -> ControlItem:
    return ControlItem(deployment.client, deployment.outputs.metrics_table)


def differences(deployment: Deployment) -> tuple[object, ...]:
    return verify(deployment, at_rest=True, now=clock).differences


class Interrupted(Exception):  # noqa: N818 - what it is
    """The operator went away."""


class InterruptingAfter:
    """Takes reports, from several threads, until so many connections were refolded."""

    def __init__(self, count: int) -> None:
        self.taken = 0
        self._count = count
        self._lock = Lock()

    def __call__(self, _what: str, more: int) -> None:
        with self._lock:
            if self.taken + more >= self._count:
                raise Interrupted
            self.taken += more


def test_rows_equal_those_before_but_for_revision_and_generation(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    outside = ("revision", "generation")
    before = [{**stage.row(connection), **dict.fromkeys(outside)} for connection in ("c1", "c2")]

    rebuilt = run(deployment)

    after = [{**stage.row(connection), **dict.fromkeys(outside)} for connection in ("c1", "c2")]
    assert after == before
    assert stage.row("c1")["generation"] == {"N": "2"}
    assert rebuilt == Rebuilt(generation=2, connections=2, deleted=0, resumed=False)
    assert differences(deployment) == ()


def test_a_finished_rebuild_is_served_and_leaves_no_position(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)

    run(deployment)

    assert control(deployment).read() == Progress(generation=2, serving=2)


def test_counters_are_of_the_new_generation_and_only_those_of_now_go(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    counts = stage.counts()

    run(deployment)

    renewed = {key.replace("00000001#", "00000002#"): count for key, count in counts.items()}
    kept = {key: count for key, count in counts.items() if "now" not in key}
    assert stage.counts() == kept | renewed


def test_read_models_are_made_from_the_log_alone(stage: Stage, deployment: Deployment) -> None:
    stage.append(*HISTORY)  # nothing was ever projected

    rebuilt = run(deployment)

    assert rebuilt.connections == 2
    assert differences(deployment) == ()


def test_a_deletion_waits_for_a_transaction_of_the_projector(stage: Stage, deployment: Deployment) -> None:
    stage.project(happened("nobody", ConnectionOpened()))
    conflict = raising(error("TransactionConflictException", "DeleteItem"))
    Requests(deployment.client).at_next("DeleteItem", conflict, conflict)

    assert run(deployment).deleted == 1


def test_what_the_log_does_not_name_is_deleted(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    stage.project(happened("nobody", ConnectionOpened()), happened("nobody", TextMessageReceived("?"), 1))

    rebuilt = run(deployment)

    assert rebuilt.deleted == 2
    assert differences(deployment) == ()


def test_what_has_expired_is_not_made_anew(stage: Stage, deployment: Deployment) -> None:
    expired = happened("gone", ConnectionOpened(), expires_at=NOW // 1000)
    stage.append(expired)
    stage.project(expired, now=0)
    stage.happen(*HISTORY)

    run(deployment)

    assert "gone" not in {item["connectionId"]["S"] for item in stage.items(stage.tables.connections)}
    assert differences(deployment) == ()


def test_it_waits_until_no_projector_is_left_of_the_older_generation(
    stage: Stage, deployment: Deployment
) -> None:
    waited: list[float] = []
    begun: list[Progress] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        begun.append(control(deployment).read())

    rebuild(deployment, now=clock, sleep=sleep)

    assert begun[0].rebuilding
    assert begun[0].started_at == int(clock())
    assert waited == [pytest.approx(65, abs=1)]


@pytest.mark.parametrize(("ahead", "waits"), [(5 * 86_400, 65), (-5, 60), (-5 * 86_400, 0)])
def test_one_that_another_clock_began_is_not_waited_for_any_longer(
    deployment: Deployment, ahead: int, waits: int
) -> None:
    began = control(deployment)
    began.begin(began.read(), lambda: clock() + ahead)
    waited: list[float] = []

    rebuild(deployment, now=clock, sleep=waited.append)

    assert waited == [pytest.approx(waits, abs=1)]


def test_an_interrupted_rebuild_is_not_served(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*MANY)

    with pytest.raises(Interrupted):
        run(deployment, InterruptingAfter(30))

    progress = control(deployment).read()
    assert (progress.generation, progress.serving) == (2, 1)


def test_it_goes_on_where_it_was_interrupted(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*MANY)
    report = InterruptingAfter(50)
    with pytest.raises(Interrupted):
        run(deployment, report, threads=InTurn)
    progress = control(deployment).read()

    rebuilt = run(deployment)

    assert 0 < report.taken < len(MANY)
    assert set(progress.positions) == {str(segment) for segment in range(len(progress.positions))}
    assert rebuilt == Rebuilt(generation=2, connections=len(MANY) - report.taken, deleted=0, resumed=True)
    assert differences(deployment) == ()


def test_finished_segments_are_not_refolded_again(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*MANY)
    begun = control(deployment).begin(control(deployment).read())
    for segment in range(8):
        control(deployment).keep(begun.generation, segment, None)

    rebuilt = run(deployment)

    assert (rebuilt.connections, rebuilt.resumed) == (0, True)


@pytest.mark.parametrize(("done", "named"), [(2, 1), (5, 0)])
def test_it_goes_on_after_the_key_that_was_recorded(
    stage: Stage, deployment: Deployment, done: int, named: int
) -> None:
    events = [happened("c1", ConnectionClosed(), after) for after in range(5)]
    stage.happen(*events)
    last = {"connection_id": {"S": "c1"}, "event_id": {"S": events[done - 1].event_id}}
    begun = control(deployment).begin(control(deployment).read())
    for segment in range(8):
        control(deployment).keep(begun.generation, segment, last)

    rebuilt = run(deployment)

    assert rebuilt.connections == named


def test_a_connection_that_cannot_be_projected_keeps_the_rebuild_open(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    stage.append(POISON)

    with pytest.raises(RebuildFailedError, match="1 connections could not be projected, among them c9"):
        run(deployment)

    assert control(deployment).read().rebuilding


def test_a_rebuild_that_failed_goes_on_once_its_cause_is_gone(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    stage.append(POISON)
    with pytest.raises(RebuildFailedError):
        run(deployment)
    key = {"connection_id": {"S": POISON.connection_id}, "event_id": {"S": POISON.event_id}}
    stage.client.delete_item(TableName=stage.tables.events, Key=key)

    rebuilt = run(deployment)

    assert rebuilt.resumed
    assert control(deployment).read() == Progress(2, 2)


def test_a_rebuild_that_ends_within_another_one_harms_neither(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*MANY)
    others: list[Rebuilt] = []

    def run_another(_seconds: float) -> None:
        others.append(run(deployment))

    rebuilt = rebuild(deployment, wait_seconds=0, now=clock, sleep=run_another)

    assert (others[0].generation, others[0].resumed) == (2, True)
    assert rebuilt.generation == 2
    assert control(deployment).read() == Progress(2, 2)
    assert differences(deployment) == ()


def test_of_two_rebuilds_that_begin_at_once_both_go_on_with_one(stage: Stage, deployment: Deployment) -> None:
    seen = control(deployment).read()

    begun = [control(deployment).begin(seen) for _ in range(2)]

    assert begun[0] == begun[1]
    assert begun[0].generation == 2


def test_a_rebuild_that_was_left_behind_by_the_next_one_harms_nothing(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*MANY)

    def run_two(_seconds: float) -> None:
        run(deployment)
        run(deployment)

    rebuild(deployment, wait_seconds=0, now=clock, sleep=run_two)

    assert control(deployment).read() == Progress(3, 3)
    assert differences(deployment) == ()
