"""The memory of projector, rebuild and verify, whatever one connection wrote and however many there are."""

import tracemalloc
from collections.abc import Callable

import pytest

from benchmarks.generated import GeneratedTables, deployment
from benchmarks.generating import NOW
from functions.aws.attributes import to_item
from functions.aws.log.event_items import encode
from functions.aws.read_models.counter_items import CONTROL_KEY
from functions.operations.projection.batches import project_batch
from ops.read_models import rebuild as rebuilding
from ops.read_models import verify as verifying
from tests.in_turn import InTurn
from tests.standin.records import records_of

TEXT_BYTES = 32_000
MEGABYTE = 1_000_000

Operation = Callable[[GeneratedTables], None]


def project(tables: GeneratedTables) -> None:
    """Project a batch of connections whose rows an older generation counted, so that each is refolded."""
    tables.control = {**CONTROL_KEY, **to_item({"generation": 2, "serving": 1})}
    made = deployment(tables)
    first = [encode(next(tables.events(connection))) for connection in range(tables.connections)]

    answer = project_batch(list(records_of(first)), made.model, made.log, NOW, lambda _: None)

    assert answer == {"batchItemFailures": []}


def rebuild(tables: GeneratedTables) -> None:
    """Rebuild everything, one segment after the other, so that a peak is always the same."""
    rebuilt = rebuilding.rebuild(
        deployment(tables), wait_seconds=0, now=lambda: NOW / 1000, sleep=lambda _: None, threads=InTurn
    )

    assert rebuilt.connections == tables.connections


def verify(tables: GeneratedTables) -> None:
    """Verify everything, beside live traffic, likewise."""
    verified = verifying.verify(
        deployment(tables), now=lambda: NOW / 1000, sleep=lambda _: None, threads=InTurn
    )

    assert verified.connections == tables.connections
    assert verified.messages == tables.connections * tables.texts
    assert verified.differences == ()


OPERATIONS = [project, rebuild, verify]


def peak(operation: Operation, tables: GeneratedTables) -> int:
    """Return the most bytes that an operation holds at once."""
    tracemalloc.start()
    try:
        operation(tables)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_memory_does_not_depend_on_a_connections_texts(operation: Operation) -> None:
    texts = GeneratedTables(connections=1, texts=40 * MEGABYTE // TEXT_BYTES, text_bytes=TEXT_BYTES)

    assert peak(operation, texts) < 15 * MEGABYTE


@pytest.mark.parametrize("operation", OPERATIONS)
def test_memory_is_not_the_sum_of_the_texts_of_several_connections(operation: Operation) -> None:
    texts = GeneratedTables(connections=20, texts=2 * MEGABYTE // TEXT_BYTES, text_bytes=TEXT_BYTES)

    assert peak(operation, texts) < 15 * MEGABYTE


@pytest.mark.parametrize("operation", [rebuild, verify])
def test_memory_does_not_depend_on_the_number_of_connections(operation: Operation) -> None:
    few, many = (GeneratedTables(number, page_bytes=5_000, minutes=100) for number in (200, 500))

    # 2.5 times as many; what the peaks differ by is when threads happen to hold a page
    assert peak(operation, many) < 1.3 * peak(operation, few)


def test_a_rebuild_reads_a_connection_once_however_many_pages_name_it() -> None:
    texts = GeneratedTables(connections=8, texts=100, page_bytes=5_000)

    rebuild(texts)

    pages_of_a_log = -(-texts.texts // 10)
    assert texts.requests["query"] <= 8 * (pages_of_a_log + 1)
