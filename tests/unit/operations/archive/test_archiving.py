"""Closed hours are archived once, counted again a day later, and made up for when runs have failed."""

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import pytest

from functions.aws.archive.archived_items import unpack
from functions.aws.archive.arrivals import Arrivals
from functions.aws.archive.objects import Objects
from functions.aws.log.event_log import EventLog
from functions.domain.archive.hours import DAY, HOUR, WATERMARK, Watermark, hour_of, key_of
from functions.domain.log.facts import TextMessageReceived
from functions.domain.refusals import Unavailable
from functions.handlers import archiver as handler
from functions.operations.archive.archiving import Archived, Archiver
from tests.bucket import Bucket
from tests.faults import engine
from tests.gateway_events import CONNECTED_AT
from tests.stage import happened
from tests.tables import Tables, create_tables
from tests.unit.operations.connections.connection_rows import Context

FIVE = hour_of(CONNECTED_AT)
CLOSED = FIVE + HOUR + 20 * 60_000
"""When the hour from five to six is archived."""
RETENTION = 15 * 86_400


class World:
    """A log that grows, an archive, and the runs between them."""

    def __init__(self, client: Any, tables: Tables) -> None:
        self.client = client
        self.events = tables.events
        self.bucket = Bucket()
        self.objects = Objects(self.bucket, "archive")
        self.arrivals = Arrivals(client, tables.events)
        self.number = 0

    def arrive(self, at: int, count: int = 1) -> None:
        """Append so many texts that arrive at a time."""
        for _ in range(count):
            self.number += 1
            EventLog(self.client, self.events, now=lambda: at).append(
                happened("c1", TextMessageReceived(str(self.number)), self.number)
            )

    def forget(self) -> None:
        """Delete everything in the log."""
        for item in self.client.scan(TableName=self.events, ConsistentRead=True)["Items"]:
            key = {name: item[name] for name in ("connection_id", "event_id")}
            self.client.delete_item(TableName=self.events, Key=key)

    def run(self, now: int = CLOSED, goes_on: Callable[[], bool] = lambda: True, most: int = 100) -> Archived:
        return Archiver(self.arrivals, self.objects, goes_on, most).run(now, RETENTION)

    def texts(self, *keys: str) -> list[str]:
        """Return what the events of objects carry, sorted."""
        return sorted(str(line.data) for key in keys for line in unpack(self.bucket.objects[key][0]))

    @property
    def keys(self) -> list[str]:
        return sorted(key for key in self.bucket.objects if key != WATERMARK)


@pytest.fixture
def world() -> World:
    engine.forget()
    client = engine.client()
    world = World(client, create_tables(client, "archive"))
    world.objects.set_watermark(Watermark(FIVE - HOUR, FIVE - HOUR))
    return world


def ending_after(times: int) -> Callable[[], bool]:
    """Return what says so often that there is time."""
    answers: Iterator[bool] = iter([*repeat(True, times)])  # noqa: FBT003
    return lambda: next(answers, False)


def test_what_arrived_in_a_closed_hour_is_one_object(world: World) -> None:
    world.arrive(FIVE)
    world.arrive(FIVE + HOUR - 1)
    world.arrive(FIVE + HOUR)

    done = world.run()

    assert world.keys == [key_of(FIVE)]
    assert world.texts(key_of(FIVE)) == ['{"text":"1"}', '{"text":"2"}']
    assert (done.hours, done.events, done.behind) == (1, 2, 0)


def test_an_hour_that_is_not_closed_is_left_to_the_next_run(world: World) -> None:
    world.arrive(FIVE)

    world.run(CLOSED - 6 * 60_000)
    assert world.keys == []

    world.run(CLOSED)
    assert world.keys == [key_of(FIVE)]


def test_the_same_hour_gives_the_same_bytes(world: World) -> None:
    world.arrive(FIVE, 20)
    world.run()
    first = world.bucket.objects.pop(key_of(FIVE))

    world.objects.set_watermark(Watermark(FIVE, FIVE))
    world.run(CLOSED + 5 * HOUR)

    assert world.bucket.objects[key_of(FIVE)] == first


def test_a_silent_hour_writes_no_object_and_is_not_behind(world: World) -> None:
    assert world.run().behind == 0
    assert world.keys == []
    assert world.objects.watermark() == Watermark(FIVE + HOUR, FIVE - HOUR)


def test_a_second_run_writes_nothing(world: World) -> None:
    world.arrive(FIVE)
    world.run()
    world.bucket.writes.clear()

    assert world.run() == Archived()
    assert world.bucket.writes == []


def test_what_is_archived_by_a_run_whose_watermark_was_lost_is_not_written_again(world: World) -> None:
    world.arrive(FIVE)
    world.run()
    world.objects.set_watermark(Watermark(FIVE, FIVE))
    world.bucket.writes.clear()

    assert world.run().events == 0
    assert world.bucket.writes == [WATERMARK]


def test_a_week_of_failed_runs_is_made_up_for(world: World) -> None:
    hours = [FIVE + days * DAY for days in range(7)]
    for hour in hours:
        world.arrive(hour)

    done = world.run(hours[-1] + HOUR + 20 * 60_000)

    assert world.keys == [key_of(hour) for hour in hours]
    assert (done.hours, done.behind) == (7, 0)


def test_an_archive_begins_with_what_the_log_has(world: World) -> None:
    del world.bucket.objects[WATERMARK]
    world.arrive(FIVE - 14 * DAY)

    world.run()

    assert world.keys == [key_of(FIVE - 14 * DAY)]


def test_a_run_without_time_left_says_how_far_behind_it_is_and_the_next_goes_on(world: World) -> None:
    for hours in range(3):
        world.arrive(FIVE + hours * HOUR)
    now = CLOSED + 2 * HOUR

    done = world.run(now, ending_after(1))

    assert (done.hours, done.behind) == (1, 2)
    assert world.run(now).hours == 2
    assert len(world.keys) == 3


def test_a_crash_before_the_watermark_loses_nothing(world: World) -> None:
    world.arrive(FIVE)
    world.arrive(FIVE + HOUR)
    world.bucket.failing = WATERMARK
    with pytest.raises(Unavailable):
        world.run(CLOSED + HOUR)
    world.bucket.failing = None

    world.run(CLOSED + HOUR)

    assert world.texts(*world.keys) == ['{"text":"1"}', '{"text":"2"}']


# --- A day later ----------------------------------------------------------------------------------


def test_what_was_seen_too_late_is_added_a_day_later(world: World) -> None:
    world.arrive(FIVE)
    world.run()
    world.arrive(FIVE + 1)

    assert world.run(CLOSED + DAY - HOUR).healed == 0
    assert world.run(CLOSED + DAY).healed == 1
    assert world.texts(key_of(FIVE)) == ['{"text":"1"}', '{"text":"2"}']
    assert world.objects.count(key_of(FIVE)) == 2


def test_an_object_that_is_missing_is_written_a_day_later(world: World) -> None:
    world.arrive(FIVE)
    world.run()
    del world.bucket.objects[key_of(FIVE)]

    assert world.run(CLOSED + DAY).healed == 1
    assert world.texts(key_of(FIVE)) == ['{"text":"1"}']


def test_an_hour_is_counted_once(world: World) -> None:
    world.arrive(FIVE)
    world.run()
    world.run(CLOSED + DAY)
    world.arrive(FIVE + 1)

    assert world.run(CLOSED + 2 * DAY).healed == 0


def test_what_the_log_has_no_more_stays_in_the_archive_and_is_told(world: World) -> None:
    world.arrive(FIVE, 2)
    world.run()
    world.forget()
    world.arrive(FIVE)

    done = world.run(CLOSED + DAY)

    assert (done.surplus, done.healed) == (1, 0)
    assert len(world.texts(key_of(FIVE))) == 2


def test_healing_loses_nothing_of_what_the_log_has_no_more(world: World) -> None:
    world.arrive(FIVE, 1)
    world.run()
    world.forget()
    world.arrive(FIVE, 2)

    world.run(CLOSED + DAY)

    assert world.texts(key_of(FIVE)) == ['{"text":"1"}', '{"text":"2"}', '{"text":"3"}']


# --- Many events ----------------------------------------------------------------------------------


def test_an_hour_with_too_many_events_has_an_object_for_each_shard(world: World) -> None:
    world.arrive(FIVE, 30)

    done = world.run(most=29)

    assert key_of(FIVE) not in world.keys
    assert len(world.keys) > 10
    assert len(world.texts(*world.keys)) == done.events == 30
    assert done.hours == 1


def test_an_hour_keeps_the_form_in_which_it_was_begun(world: World) -> None:
    world.arrive(FIVE, 30)
    stopped = world.run(goes_on=ending_after(3), most=29)
    begun = len(world.keys)

    world.run(most=1_000)

    assert (stopped.hours, stopped.behind) == (0, 2)
    assert 0 < begun < len(world.keys)
    assert key_of(FIVE) not in world.keys
    assert len(world.texts(*world.keys)) == 30


def test_the_objects_of_shards_are_healed_one_by_one(world: World) -> None:
    world.arrive(FIVE, 30)
    world.run(most=29)
    lost = world.keys[3]
    kept = {key: body for key, body in world.bucket.objects.items() if key not in (lost, WATERMARK)}
    del world.bucket.objects[lost]

    assert world.run(CLOSED + DAY).healed == 1

    assert len(world.texts(*world.keys)) == 30
    assert kept.items() <= world.bucket.objects.items()


# --- The function ---------------------------------------------------------------------------------


def test_the_function_archives_what_is_closed_now(world: World) -> None:
    world.arrive(FIVE)

    done = handler.handler({}, Context(*[900_000] * 9), world.arrivals, world.objects, lambda: CLOSED)

    assert done == {"hours": 1, "events": 1, "healed": 0, "surplus": 0, "behind": 0}


def test_the_function_begins_nothing_for_which_its_time_is_too_short(world: World) -> None:
    world.arrive(FIVE)
    late = Context(handler.ENOUGH_MILLISECONDS - 1)

    assert handler.handler({}, late, world.arrivals, world.objects, lambda: CLOSED)["behind"] == 2
    assert world.keys == []
