"""How fast one core folds events, decoded ones and from NEW_IMAGE, compared with parsing the same as JSON."""

import json
from collections.abc import Callable
from time import process_time

from benchmarks.bursts import mixed
from benchmarks.table import Figure, at_least
from functions.aws.log.event_items import decode, encode
from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event

_REPEATS = 30


def figures() -> list[Figure]:
    """Judge ratios to parsing the same images in this run; speeds depend on the machine, and are shown."""
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

    decoded, from_images, parsed = (len(events) / seconds for seconds in _best(fold, fold_images, parse))
    return [
        at_least(
            "events folded from decoded values, for each parsed by json.loads",
            decoded / parsed,
            2.5,
            "{:.1f}",
        ),
        at_least(
            "events folded from NEW_IMAGE, for each parsed by json.loads", from_images / parsed, 0.6, "{:.2f}"
        ),
        Figure("events a second, folded from decoded values", f"{decoded:,.0f}"),
        Figure("events a second, folded from NEW_IMAGE", f"{from_images:,.0f}"),
    ]


def _best(*works: Callable[[], None]) -> list[float]:
    """Return the least seconds of this process that each work took; they take turns, for equal conditions."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(_REPEATS):
        for work, taken in zip(works, times, strict=True):
            began = process_time()
            work()
            taken.append(process_time() - began)
    return [min(taken) for taken in times]
