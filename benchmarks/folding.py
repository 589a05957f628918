"""How fast one core folds events: decoded ones, and from the stream's NEW_IMAGE."""

import json
from collections.abc import Callable
from time import perf_counter

from benchmarks.bursts import mixed
from benchmarks.table import Figure, at_least
from functions.aws.log.event_items import decode, encode
from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event

_REPEATS = 30


def figures() -> list[Figure]:
    """Measure the best of several runs, and the ratio to parsing the same images as JSON in this run."""
    events = mixed()
    by_connection: dict[str, list[Event]] = {}
    for event in events:
        by_connection.setdefault(event.connection_id, []).append(event)
    images = {connection: [encode(event) for event in them] for connection, them in by_connection.items()}
    texts = [json.dumps(image) for them in images.values() for image in them]

    def fold() -> None:
        for connection, them in by_connection.items():
            join(Connection(connection), them)

    def fold_images() -> None:
        for connection, them in images.items():
            join(Connection(connection), [decode(image) for image in them])

    def parse() -> None:
        for text in texts:
            json.loads(text)

    decoded, from_images, parsed = (_best(work, len(events)) for work in (fold, fold_images, parse))
    return [
        at_least("events a second, folded from decoded values", decoded, 500_000),
        at_least("events a second, folded from NEW_IMAGE", from_images, 100_000),
        Figure("… as a ratio to json.loads of the same images", f"{from_images / parsed:.2f}"),
    ]


def _best(work: Callable[[], None], events: int) -> float:
    times = []
    for _ in range(_REPEATS):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return events / min(times)
