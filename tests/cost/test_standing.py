"""What a stack costs while nobody is connected."""

import json

import pytest

from cost.stack import Resource
from cost.standing import ALARM, DASHBOARD, FILTER, FREE, PRICED, by_the_month, filters, idle, unknown
from tests.cost.stacks import enabled, made_of, stack
from tests.infra.program import DOMAIN, STACKS


def test_dev_has_nothing_with_a_price_by_the_month() -> None:
    assert list(by_the_month(stack("dev"))) == []
    assert stack("dev").resources


@pytest.mark.parametrize("name", STACKS)
def test_an_idle_stack_costs_cents(name: str) -> None:
    assert 0 < idle(stack(name)).dollars < 0.06


def test_an_archive_costs_cents_while_it_is_idle() -> None:
    added = idle(stack("dev", archive=enabled())).dollars - idle(stack("dev")).dollars

    assert 0.01 < added < 0.03


def test_a_delivery_queue_is_paid_for_while_it_is_idle_and_no_stack_has_one_unasked() -> None:
    queued = stack("dev", delivery=json.dumps({"queue": "true"}))

    added = idle(queued).dollars - idle(stack("dev")).dollars

    assert added == pytest.approx(30 * 24 * 60 * 15 * 0.40 / 1_000_000)
    assert unknown(queued) == []
    assert not any(stack(name).memory_gb("deliverer") for name in STACKS)


def test_changes_that_are_told_cost_nothing_while_nothing_happens() -> None:
    telling = stack("dev", live=enabled())

    assert idle(telling).dollars == idle(stack("dev")).dollars
    assert unknown(telling) == []


def test_traces_of_what_runs_by_the_clock_are_paid_while_it_is_idle() -> None:
    added = idle(stack("dev", tracing=enabled())).dollars - idle(stack("dev")).dollars

    assert added == pytest.approx(8_640 * 5 / 1_000_000)


def test_each_alarm_is_paid_by_the_metrics_that_it_watches() -> None:
    queries = [{"id": "a", "metric": {}}, {"id": "b", "metric": {}}, {"id": "c", "expression": "a + b"}]
    alarms = made_of(Resource(ALARM, "one", {}), Resource(ALARM, "two", {"metricQueries": queries}))

    (found,) = by_the_month(alarms)

    assert found.what == "alarms: 2, on 3 metrics"
    assert found.dollars == pytest.approx(0.30)


def test_a_dashboard_is_paid_by_the_month() -> None:
    (found,) = by_the_month(made_of(Resource(DASHBOARD, "one", {})))

    assert found.dollars == pytest.approx(3.00)
    assert DASHBOARD in PRICED


def counting(name: str, **options: object) -> Resource:
    return Resource(FILTER, name, {"metricTransformation": {"namespace": "Airium", "name": name, **options}})


def test_what_filters_count_is_paid_once_for_each_metric_and_not_while_it_is_idle() -> None:
    found = made_of(counting("a"), counting("b"), counting("a"))

    assert filters(found).dollars == pytest.approx(0.60)
    assert list(by_the_month(found)) == []


def test_a_filter_that_publishes_zeros_is_paid_while_it_is_idle() -> None:
    (found,) = by_the_month(made_of(counting("a"), counting("b", defaultValue="0")))

    assert found.dollars == pytest.approx(0.30)


def test_a_stack_without_filters_pays_for_none() -> None:
    assert filters(stack("dev")).lines == ()


def test_a_type_of_which_nobody_said_what_it_costs_is_told() -> None:
    strange = "aws:ec2/natGateway:NatGateway"

    assert unknown(made_of(Resource(strange, "one", {}), Resource(ALARM, "two", {}))) == [strange]


def test_nothing_is_both_free_and_priced() -> None:
    assert set() == FREE & PRICED


@pytest.mark.parametrize("name", STACKS)
def test_somebody_has_said_of_every_type_what_it_costs(name: str) -> None:
    assert unknown(stack(name, alarms=enabled(), archive=enabled())) == []


def test_a_custom_domain_has_no_price() -> None:
    named = stack("prod", domain=json.dumps(DOMAIN))

    assert unknown(named) == []
    assert idle(named).dollars == idle(stack("prod")).dollars
