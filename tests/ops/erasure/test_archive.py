"""The archive of a person who is forgotten: which objects are rewritten, when, and how often it is looked."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.aws.archive.archived_items import pack, to_line, unpack
from functions.aws.archive.objects import Objects
from functions.aws.attributes import Item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.archive.hours import DAY, HOUR, Watermark, hour_of, key_of
from functions.domain.log.events import Event
from functions.domain.log.facts import ConnectionOpened, TextMessageReceived
from ops.archive.athena import ArchiveError, Athena, Row
from ops.erasure.archive import Archive
from ops.erasure.problems import CannotForgetError, StuckError
from tests.bucket import Bucket
from tests.gateway_events import CONNECTED_AT
from tests.ops.erasure.persons import ALONE, EVERYTHING, OPENED, PERSON, TEXT, TRACES, WORDS, Scene, did
from tests.stage import NOW, happened

FIVE = hour_of(NOW)
YEARS_AGO = FIVE - 800 * DAY
OLD = did("years-old", TextMessageReceived(WORDS), connected_at=YEARS_AGO, at=YEARS_AGO)
OTHER = happened("o1", ConnectionOpened(), user_id="bob")


class Asked(Athena):
    """An Athena that reads the objects of a bucket, and at most so many days at once."""

    def __init__(self, bucket: Bucket, most_days: int = 10_000) -> None:
        super().__init__(None, "database", "workgroup")
        self.spans: list[tuple[str, str]] = []
        self._bucket = bucket
        self._most_days = most_days

    def rows(self, statement: str) -> Iterator[Row]:
        """Yield the hours in which objects name the person."""
        _, first, _, last, *_ = statement.split("dt BETWEEN")[1].split("'")
        days = [datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) for day in (first, last)]
        if (days[1] - days[0]).days >= self._most_days:
            raise ArchiveError("it reads too much")
        self.spans.append((first, last))
        hours = {
            line.arrived_at // HOUR
            for key, (body, _) in self._bucket.objects.items()
            if key.endswith(".gz") and first <= key[10:20] <= last
            for line in unpack(body)
            if line.user_id == PERSON
        }
        found: list[Row] = [{"hour": str(hour)} for hour in sorted(hours)]
        yield from found


class Racing(Bucket):
    """A bucket in which somebody else writes an object just before it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[Callable[[], object]] = []

    def put_object(self, **request: Any) -> None:
        if self.before:
            self.before.pop(0)()
        super().put_object(**request)


@pytest.fixture
def bucket() -> Racing:
    return Racing()


@pytest.fixture
def objects(bucket: Racing, scene: Scene) -> Objects:
    found = Objects(bucket, "archive")
    found.set_watermark(Watermark(FIVE + HOUR, FIVE + HOUR))
    scene.archive = Archive(found, Asked(bucket))
    scene.now = FIVE + 2 * HOUR
    return found


def item(event: Event, arrived_at: int = NOW) -> Item:
    return encode(event) | stamp(event.event_id, arrived_at)


def put(objects: Objects, hour: int, *items: Item) -> None:
    objects.write(key_of(hour), pack(map(to_line, items)), len(items))


def body(objects: Objects, hour: int) -> bytes:
    stored = objects.read(key_of(hour))
    assert stored is not None
    return stored.body


def words(objects: Objects, *hours: int) -> str:
    return str([list(unpack(body(objects, hour))) for hour in hours])


def test_an_archived_hour_is_what_an_archive_of_the_rewritten_log_would_be(
    scene: Scene, objects: Objects
) -> None:
    scene.begin(*EVERYTHING)
    put(objects, FIVE, *scene.log().values())
    keys = scene.log().keys()

    done = scene.forget()

    rewritten = [each for key, each in scene.log().items() if key in keys]
    assert body(objects, FIVE) == pack(map(to_line, rewritten))
    assert objects.count(key_of(FIVE)) == len(rewritten)
    assert done.objects == 1


def test_what_the_log_has_forgotten_is_rewritten_too(scene: Scene, objects: Objects) -> None:
    scene.begin(*ALONE)
    put(objects, YEARS_AGO, item(OLD, YEARS_AGO), item(OTHER, YEARS_AGO))

    scene.forget()

    told = words(objects, YEARS_AGO)
    assert [trace for trace in TRACES if trace in told] == []
    assert "bob" in told
    assert [key for key in scene.log() if key[0] == "years-old"] == []


def test_an_object_that_does_not_name_them_is_not_written(
    scene: Scene, objects: Objects, bucket: Racing
) -> None:
    scene.begin(*ALONE)
    put(objects, FIVE, item(OTHER))
    bucket.writes.clear()

    scene.forget()

    assert bucket.writes == []


def test_only_the_archive_may_be_left_to_do(scene: Scene, objects: Objects) -> None:
    put(objects, YEARS_AGO, item(OLD, YEARS_AGO))

    assert scene.forget().objects == 1
    assert scene.slept == []
    assert PERSON not in words(objects, YEARS_AGO)


def test_an_hour_that_is_healed_meanwhile_keeps_what_was_added(
    scene: Scene, objects: Objects, bucket: Racing
) -> None:
    scene.begin(*ALONE)
    put(objects, YEARS_AGO, item(OLD, YEARS_AGO))
    healed = pack(map(to_line, [item(OLD, YEARS_AGO), item(OTHER, YEARS_AGO)]))
    bucket.before = [lambda: bucket.objects.update({key_of(YEARS_AGO): (healed, {"events": "2"})})]

    scene.forget()

    told = words(objects, YEARS_AGO)
    assert PERSON not in told
    assert "bob" in told
    assert objects.count(key_of(YEARS_AGO)) == 2


def test_an_object_that_is_written_all_the_time_ends_the_run(
    scene: Scene, objects: Objects, bucket: Racing
) -> None:
    scene.begin(*ALONE)
    put(objects, YEARS_AGO, item(OLD, YEARS_AGO))

    def overtake(number: int) -> None:
        others = pack(map(to_line, [item(OLD, YEARS_AGO), item(OTHER, YEARS_AGO + number)]))
        bucket.objects[key_of(YEARS_AGO)] = (others, {"events": "2"})

    bucket.before = [lambda number=number: overtake(number) for number in range(20)]  # type: ignore[misc]

    with pytest.raises(StuckError, match="run it again"):
        scene.forget()


def test_what_an_archiver_writes_that_had_read_before_is_rewritten_once_it_must_have_ended(
    scene: Scene, objects: Objects
) -> None:
    scene.begin(OPENED, TEXT)
    before = list(scene.log().values())
    objects.set_watermark(Watermark(FIVE, FIVE))
    waits: list[float] = []

    def meanwhile() -> None:
        waits.append(scene.slept[-1])
        if waits[-1] > 900:
            put(objects, FIVE, *before)

    scene.meanwhile = meanwhile

    scene.forget()

    assert waits == [65, 905]
    assert PERSON not in words(objects, FIVE)
    assert scene.left() == []


def test_for_an_hour_that_was_counted_again_nobody_waits(scene: Scene, objects: Objects) -> None:
    scene.begin(OPENED, TEXT)
    put(objects, FIVE, *scene.log().values())

    scene.forget()

    assert scene.slept == [65]


@pytest.mark.parametrize("strange", [{"nickname": {"S": "ada"}}, {"type": {"S": "Teleported"}}])
def test_what_cannot_be_redacted_in_the_archive_is_refused_before_anything_is_changed(
    scene: Scene, objects: Objects, bucket: Racing, strange: Item
) -> None:
    scene.begin(OPENED, TEXT)
    put(objects, YEARS_AGO, item(OLD, YEARS_AGO) | strange)
    before, bucket.writes = scene.log(), []

    with pytest.raises(CannotForgetError, match="1 items cannot be redacted"):
        scene.forget()

    assert (scene.log(), bucket.writes, scene.manager.asked) == (before, [], [])


@pytest.mark.parametrize("most_days", [1, 2, 7, 801])
def test_where_one_question_would_read_too_much_days_are_asked_for_in_parts(
    objects: Objects, bucket: Racing, most_days: int
) -> None:
    hours = {YEARS_AGO, YEARS_AGO + HOUR, FIVE - 400 * DAY, FIVE}
    for hour in hours:
        put(objects, hour, item(OLD, hour))
    athena = Asked(bucket, most_days)

    assert Archive(objects, athena).hours(PERSON, NOW) == hours
    assert athena.spans == sorted(athena.spans)
    assert all(last < first for (_, last), (first, _) in zip(athena.spans, athena.spans[1:], strict=False))


def test_an_archive_that_does_not_answer_for_a_day_does_not_answer(objects: Objects, bucket: Racing) -> None:
    put(objects, FIVE, item(TEXT))

    with pytest.raises(ArchiveError):
        Archive(objects, Asked(bucket, 0)).hours(PERSON, NOW)


def test_an_empty_archive_is_not_asked(objects: Objects, bucket: Racing) -> None:
    athena = Asked(bucket)

    assert Archive(objects, athena).hours(PERSON, CONNECTED_AT) == frozenset()
    assert athena.spans == []
