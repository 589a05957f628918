"""The projector: stream records that hold no event, and what a batch with some of them reports."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from functions.aws.event_items import MalformedEventError, decode, encode
from functions.domain.connection import Connection, join
from functions.domain.events import (
    Cause,
    ConnectionOpened,
    Event,
    TextMessageReceived,
    VoiceSessionEnded,
    event,
)
from functions.domain.ids import lowest
from functions.domain.refusals import Unavailable
from functions.operations.batches import BatchFailedError, project_batch
from tests.fuzz.leaks import listening
from tests.fuzz.read_models import MemoryModel
from tests.fuzz.storing import ParticularLog
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.gateway_events import CONNECTED_AT, EXPIRES_AT
from tests.property.mutations import ODD_VALUES, bent
from tests.property.strategies import LONGEST, facts
from tests.standin.records import records_of

_FACTS: Final = (
    ConnectionOpened("192.0.2.1"),
    TextMessageReceived("x"),
    VoiceSessionEnded(lowest(CONNECTED_AT), 1, 1, "client"),
)
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


# --- Inputs ----------------------------------------------------------------------------------


@st.composite
def _events(draw: DrawFn) -> Event:
    connection = draw(st.sampled_from(["c-1=", "c-2=", "c-3="]))
    at = CONNECTED_AT + draw(st.integers(0, LONGEST))
    told = Cause(
        connection, "alice", draw(st.sampled_from([None, "s-1"])), CONNECTED_AT, EXPIRES_AT, at, f"r{at}"
    )
    return event(told, draw(facts))


def _records(events: list[Event]) -> list[dict[str, Any]]:
    return [
        dict(record) for record in records_of(encode(each) for each in events if each.type != "Teleported")
    ]


_batches: SearchStrategy[list[dict[str, Any]]] = st.lists(
    _events(), min_size=1, max_size=5, unique_by=lambda each: each.event_id
).map(_records)
_HELD: Final[list[dict[str, Any]]] = [
    *(
        {"S": text}
        for text in ("", "x", "\x00", "8" + "Z" * 25, "01M83D2XBX00000000000000U0", "c-1=", "x" * 2_000)
    ),
    *(
        {"N": number}
        for number in ("0", "-1", "1", "1.5", "1E+3", "9" * 38, f"-{'9' * 38}", "281474976710656")
    ),
    *({"N": str(at)} for at in (CONNECTED_AT, EXPIRES_AT, 253_402_300_800_000, -62_135_596_800_001)),
    *(
        {"NULL": True},
        {"BOOL": True},
        {"B": "AA=="},
        {"L": []},
        {"SS": ["x"]},
        {"NS": ["1"]},
        {"L": [{"S": "x"}]},
    ),
    *(
        {"M": {}},
        {"M": {"text": {"NULL": True}}},
        {"M": {"text": {"S": ""}}},
        {"M": {"x": {"M": {"x": {"L": []}}}}},
    ),
    *({"M": {"frames": {"N": "9" * 38}, "seconds": {"N": "-1"}}}, {"M": {"text": {"SS": ["x"]}}}),
]
"""What DynamoDB may hold, and a stream record therefore bring: attributes of a kind that an event has not."""


@st.composite
def _bent_batches(draw: DrawFn) -> list[dict[str, Any]]:
    records = draw(_batches.filter(bool))
    for place in draw(st.lists(st.integers(0, len(records) - 1), min_size=1, max_size=2, unique=True)):
        changes = st.dictionaries(
            st.sampled_from(sorted(records[place]["dynamodb"]["NewImage"])),
            st.none() | st.sampled_from(_HELD),
            min_size=1,
            max_size=3,
        )
        records[place] = _changed(records[place], draw(changes))
    return records


def _changed(record: dict[str, Any], changes: dict[str, dict[str, Any] | None]) -> dict[str, Any]:
    """Return a record with other attributes; None leaves one out."""
    image = {
        name: held for name, held in {**record["dynamodb"]["NewImage"], **changes}.items() if held is not None
    }
    return {**record, "dynamodb": {**record["dynamodb"], "NewImage": image}, "bent": True}


_inputs: SearchStrategy[Input] = st.one_of(
    st.builds(partial(Input, "valid"), _batches),
    st.builds(partial(Input, "bent"), _bent_batches()),
    st.builds(partial(Input, "bent"), _bent_batches()),
    st.builds(partial(Input, "broken"), bent(_batches).filter(lambda held: isinstance(held, list))),
)


def _corpus() -> Iterator[tuple[str, Input]]:
    cause = partial(Cause, user_id="alice", session_id=None, connected_at=CONNECTED_AT, expires_at=EXPIRES_AT)
    made = [cause(f"c-{number}=", at=CONNECTED_AT + number, id=f"r{number}") for number in range(3)]
    whole = _records([event(each, fact) for each in made for fact in _FACTS])
    for place in (0, 4):
        for name in whole[place]["dynamodb"]["NewImage"]:
            for held in (None, *_HELD):
                bad = _changed(whole[place], {name: held})
                yield f"an odd {name}", Input("bent", [*whole[:place], bad, *whole[place + 1 :]])
    for value in ODD_VALUES:
        for name in whole[0]:
            yield f"a record with an odd {name}", Input("broken", [{**whole[0], name: value}, *whole[1:]])
        for attribute in (value, {"S": value}, {"N": value}, {"M": value}):
            yield (
                "an attribute that is none",
                Input("broken", [_changed(whole[0], {"at": attribute, "data": attribute})]),
            )


@contextmanager
def _judging() -> Iterator[Judge]:
    yield judge


TARGET: Final = Target("projector", _inputs, _corpus, _judging, share=2)
