"""The archive's bucket: the same cases on the stand-in that unit tests use and on the embedded AWS."""

from itertools import count

import pytest

from functions.aws import clients
from functions.aws.archive.objects import Objects, OvertakenError, StoredObject
from functions.domain.archive.hours import Watermark
from tests.bucket import Bucket
from tests.contract.engines import MakeClient

KEY = "events/dt=2026-11-23/05.jsonl.gz"
_numbers = count()


@pytest.fixture(params=["stand-in", "ministack"])
def objects(request: pytest.FixtureRequest) -> Objects:
    if request.param == "stand-in":
        return Objects(Bucket(), "archive")
    make: MakeClient = request.getfixturevalue("ministack")
    s3 = clients.s3(emulated=True, endpoint_url=make().meta.endpoint_url, region_name="us-east-1")
    name = f"archive-{next(_numbers)}"
    s3.create_bucket(Bucket=name)
    return Objects(s3, name)


def read(objects: Objects) -> StoredObject:
    found = objects.read(KEY)
    assert found is not None
    return found


def test_what_is_written_is_read_with_the_count_of_its_events(objects: Objects) -> None:
    objects.write(KEY, b"body", 7)

    assert read(objects).body == b"body"
    assert objects.count(KEY) == 7


def test_what_is_not_there_is_nothing_and_has_no_events(objects: Objects) -> None:
    assert objects.read(KEY) is None
    assert objects.count(KEY) == 0
    assert objects.keys("events/") == []
    assert objects.watermark() is None


def test_an_object_is_written_once(objects: Objects) -> None:
    objects.write(KEY, b"first", 1)

    with pytest.raises(OvertakenError):
        objects.write(KEY, b"second", 2)

    assert read(objects).body == b"first"


def test_an_object_is_replaced_by_who_has_read_it(objects: Objects) -> None:
    objects.write(KEY, b"first", 1)

    objects.write(KEY, b"second", 2, replaces=read(objects).version)

    assert read(objects).body == b"second"
    assert objects.count(KEY) == 2


def test_an_object_that_somebody_else_has_replaced_is_not_replaced(objects: Objects) -> None:
    objects.write(KEY, b"first", 1)
    before = read(objects).version
    objects.write(KEY, b"second", 2, replaces=before)

    with pytest.raises(OvertakenError):
        objects.write(KEY, b"third", 3, replaces=before)

    assert read(objects).body == b"second"


def test_an_object_that_is_gone_is_not_replaced(objects: Objects) -> None:
    with pytest.raises(OvertakenError):
        objects.write(KEY, b"body", 1, replaces='"of another"')


def test_keys_are_those_that_begin_so(objects: Objects) -> None:
    objects.write(KEY, b"", 0)
    objects.write(KEY.replace("05", "06"), b"", 0)

    assert objects.keys("events/dt=2026-11-23/05") == [KEY]


def test_the_watermark_is_what_was_set_last(objects: Objects) -> None:
    objects.set_watermark(Watermark(1, 0))
    objects.set_watermark(Watermark(2, 1))

    assert objects.watermark() == Watermark(2, 1)
