"""What a burst of events costs the projector, and what it costs to deliver it again."""

from benchmarks.accounting import Spent, spending
from benchmarks.bursts import BEGAN, mixed, opening, texting
from benchmarks.stage import tables
from benchmarks.table import Figure, at_most
from functions.aws.log.event_items import encode
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.read_model import ReadModel
from functions.domain.log.events import Event
from functions.operations.projection.batches import project_batch
from tests.standin.records import records_of

_NOW = BEGAN + 3_600_000


def figures() -> list[Figure]:
    """Measure batches of 1,000 records."""
    burst, again = _spent(mixed())
    opened, _ = _spent(opening())
    texts, texts_again = _spent(texting())
    return [
        at_most("1,000 mixed events of 200 connections: requests for each", burst.requests / 1000, 0.01),
        at_most("… base write units for each", burst.write_units / 1000, 0.6),
        at_most("… delivered again: write units", again.write_units, 0),
        at_most("1,000 connections that open: requests for each", opened.requests / 1000, 0.025),
        Figure("… base write units for each", f"{opened.write_units / 1000:g}"),
        Figure("600 texts among 1,000 events: requests for each", f"{texts.requests / 1000:g}"),
        Figure("… base write units for each", f"{texts.write_units / 1000:g}"),
        at_most("… delivered again: write units", texts_again.write_units, 0),
    ]


def _spent(events: list[Event]) -> tuple[Spent, Spent]:
    with tables() as (client, made):
        model = ReadModel(
            client,
            connections=made.connections,
            messages=made.messages,
            sessions=made.sessions,
            metrics=made.metrics,
        )
        log = EventLog(client, made.events)
        records = list(records_of(map(encode, events)))
        with spending(client) as first:
            project_batch(records, model, log, _NOW)
        with spending(client) as second:
            project_batch(records, model, log, _NOW)
    return first, second
