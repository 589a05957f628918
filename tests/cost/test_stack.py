"""What a stack consists of is what its program registers, with its own settings."""

import json

import pytest

from cost.stack import Resource, stack_of
from local.errors import LocalError
from tests.cost.stacks import enabled, made_of, stack
from tests.infra.program import STACKS, archiving

SCHEDULE = "aws:scheduler/schedule:Schedule"


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_has_the_resources_that_the_program_registers(name: str) -> None:
    registered = sorted((each.type, each.name) for each in archiving(name).registrations if each.custom)

    assert [(each.type, each.name) for each in stack(name, archive=enabled()).resources] == registered


def test_a_stack_that_has_no_file_is_refused() -> None:
    with pytest.raises(LocalError, match=r"Pulumi\.nobody\.yaml cannot be read"):
        stack_of("nobody")


def test_the_memory_of_a_function_is_that_of_the_settings() -> None:
    sizes = {"sizes": {"message": {"memoryMb": 2048}}}
    changed = stack("prod", functions=json.dumps(sizes))

    assert (stack("prod").memory_gb("message"), changed.memory_gb("message")) == (0.5, 2.0)
    assert stack("prod").memory_gb("nothing") == 0


def test_events_are_kept_for_as_long_as_the_settings_say() -> None:
    changed = stack("dev", log=json.dumps({"retentionDays": 30}))

    assert (stack("dev").retention_days, changed.retention_days) == (90, 30)


@pytest.mark.parametrize(
    ("expression", "runs"),
    [("rate(5 minutes)", 8_640), ("rate(1 hour)", 720), ("rate(1 day)", 30), ("cron(20 * * * ? *)", 720)],
)
def test_a_schedule_runs_as_often_as_it_says(expression: str, runs: int) -> None:
    found = made_of(Resource(SCHEDULE, "sweeper-schedule", {"scheduleExpression": expression}))

    assert found.runs_a_month("sweeper") == runs
    assert found.runs_a_month("archiver") == 0


def test_a_schedule_that_is_off_runs_never() -> None:
    inputs = {"scheduleExpression": "rate(5 minutes)", "state": "DISABLED"}

    assert made_of(Resource(SCHEDULE, "sweeper-schedule", inputs)).runs_a_month("sweeper") == 0


def test_a_schedule_that_nobody_can_read_is_not_taken_for_nothing() -> None:
    found = made_of(Resource(SCHEDULE, "sweeper-schedule", {"scheduleExpression": "at(2026-11-26T00:00:00)"}))

    with pytest.raises(ValueError, match="nobody knows how often"):
        found.runs_a_month("sweeper")
