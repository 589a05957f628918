"""The projector: stream records that hold no event, and what a batch with some of them reports."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from functions.aws.log.event_items import MalformedEventError, decode
from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event
from functions.domain.refusals import Unavailable
from functions.operations.projection.batches import BatchFailedError, project_batch
from tests.fuzz import streams
from tests.fuzz.leaks import listening
from tests.fuzz.read_models import MemoryModel
from tests.fuzz.storing import ParticularLog
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.gateway_events import CONNECTED_AT
from tests.property.strategies import LONGEST

_NOW: Final = CONNECTED_AT + LONGEST
_TEXTS: Final = ("connection_id", "event_id", "user_id", "type")
_NUMBERS: Final = ("at", "connected_at", "expires_at", "version")


def judge(given: Input) -> Verdict:
    """Deliver a batch to the projector, whose records may hold anything."""
    records = given.value
    model = MemoryModel()
    with listening():
        for record in records if given.kind != "broken" else ():
            _decodes(record["dynamodb"]["NewImage"])
        try:
            report = project_batch(records, model, ParticularLog(), _NOW, lambda _: None)
        except (BatchFailedError, Unavailable):
            must(given.kind != "valid", "fails on events")
            must(given.kind == "broken" or _blamed(records, 0), "blames an event")
            return Verdict.REFUSED
        except Exception:
            if given.kind != "broken":
                raise
            return Verdict.REFUSED
    must(
        report.keys() == {"batchItemFailures"} and len(report["batchItemFailures"]) <= 1, f"reports {report}"
    )
    if given.kind == "broken":
        return Verdict.ACCEPTED
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    (stop,) = [numbers.index(each["itemIdentifier"]) for each in report["batchItemFailures"]] or [
        len(records)
    ]
    must(stop > 0 or not records, "reports the first record, which the mapping cannot tell from a failure")
    must(stop == len(records) or _blamed(records, stop), "blames an event")
    must(all(_may_be(record) for record in records[:stop]), "goes on behind what is no event")
    must(stop == len(records) or given.kind != "valid", "refuses events")
    _projected(records, stop, model)
    return Verdict.ACCEPTED if stop == len(records) else Verdict.REFUSED


def _decodes(image: Any) -> None:
    """Decode an image: it is an event, or malformed, and nothing else is raised."""
    try:
        decoded = decode(image)
    except MalformedEventError:
        return
    must(_is_event(image), "takes for an event what is none")
    must(isinstance(decoded, Event), f"decodes to {decoded!r}")


def _is_event(image: Any) -> bool:
    """Tell whether an image has what every event has."""
    texts = [image.get(name, {}).get("S") for name in _TEXTS]
    numbers = [image.get(name, {}).get("N") for name in _NUMBERS]
    return None not in texts and all(number and re.fullmatch(r"-?\d+", number) for number in numbers)


def _may_be(record: Mapping[str, Any]) -> bool:
    return _is_event(record["dynamodb"]["NewImage"])


def _blamed(records: list[dict[str, Any]], position: int) -> bool:
    """Tell whether a record or one of its connection's is not as the log writes it."""
    connection = records[position]["dynamodb"]["NewImage"].get("connection_id")
    return any(
        record.get("bent")
        and (at == position or record["dynamodb"]["NewImage"].get("connection_id") == connection)
        for at, record in enumerate(records)
    )


def _projected(records: list[dict[str, Any]], stop: int, model: MemoryModel) -> None:
    """Hold the rows of connections with nothing but events to the join of them."""
    before: dict[str, list[Event]] = {}
    whole: dict[str, list[Event]] = {}
    touched: set[str | None] = set()
    for position, record in enumerate(records):
        image = record["dynamodb"]["NewImage"]
        connection = record["dynamodb"]["Keys"]["connection_id"]["S"]
        if record.get("bent"):
            touched |= {connection, image.get("connection_id", {}).get("S")}
            continue
        for events in (before, whole) if position < stop else (whole,):
            events.setdefault(connection, []).append(decode(image))
    for connection in before.keys() - touched:
        stored = model.rows.get(connection)
        # where a record could not be written, those behind it may have been
        due = [join(Connection(connection), events[connection]) for events in (before, whole)]
        must(stored is not None and stored.row in due, "loses an event, or counts one twice")


@contextmanager
def _judging() -> Iterator[Judge]:
    yield judge


TARGET: Final = Target("projector", streams.inputs, streams.corpus, _judging, share=2)
