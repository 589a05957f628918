"""What a burst costs: the requests and write units of the projector, which are the same at every run."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from benchmarks import bursts
from benchmarks.accounting import size_of, spending
from benchmarks.bursts import BEGAN
from functions.domain.log.events import Event
from tests.contract.engines import ministack
from tests.stage import Stage, make_stage

NOW = BEGAN + 600_000


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with ministack(tmp_path_factory.mktemp("ministack")) as make_client:  # moto is slow with a thousand rows
        yield make_client()


@pytest.fixture
def stage(client: Any, request: pytest.FixtureRequest) -> Stage:
    return make_stage(client, f"t{abs(hash(request.node.name))}")


def test_a_burst_over_200_connections_takes_a_hundredth_of_a_request_for_each_event(stage: Stage) -> None:
    events = bursts.mixed()

    with spending(stage.client) as spent:
        stage.project(*events, now=NOW)

    assert len(events) == 1_000
    assert spent.requests <= 0.01 * len(events)
    assert spent.write_units <= 0.6 * len(events)


def test_a_thousand_connections_that_open_take_a_fortieth_of_a_request_each(stage: Stage) -> None:
    events = bursts.opening()

    with spending(stage.client) as spent:
        stage.project(*events, now=NOW)

    assert len(events) == 1_000
    assert spent.requests <= 0.025 * len(events)


@pytest.mark.parametrize("burst", [bursts.mixed, bursts.texting], ids=["mixed", "texting"])
def test_a_burst_that_is_delivered_again_writes_nothing(
    stage: Stage, burst: Callable[[], list[Event]]
) -> None:
    events = burst()
    stage.project(*events, now=NOW)

    with spending(stage.client) as spent:
        stage.project(*events, now=NOW)

    assert set(spent.operations) == {"BatchGetItem"}
    assert spent.write_units == 0


def test_each_text_is_a_row_of_its_own(stage: Stage) -> None:
    events = bursts.texting()

    with spending(stage.client) as spent:
        stage.project(*events, now=NOW)

    assert spent.requests <= 0.035 * len(events)
    assert spent.write_units <= 2.2 * len(events)


def test_an_item_is_as_large_as_dynamodb_counts_it() -> None:
    item = {"id": {"S": "äb"}, "n": {"N": "12345"}, "m": {"M": {"x": {"BOOL": True}}}}

    assert size_of(item) == (2 + 3) + (1 + 4) + (1 + 3 + 1 + 1 + 1)
