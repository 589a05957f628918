"""Batches of stream records: events, what DynamoDB might hold in place of one, and what no stream brings."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from functions.aws.log.event_items import encode
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import ConnectionOpened, TextMessageReceived, VoiceSessionEnded
from functions.domain.log.ids import lowest
from tests.fuzz.verdicts import Input
from tests.gateway_events import CONNECTED_AT, EXPIRES_AT
from tests.property.mutations import ODD_VALUES, bent
from tests.property.strategies import LONGEST, facts
from tests.standin.records import records_of

_FACTS: Final = (
    ConnectionOpened("192.0.2.1"),
    TextMessageReceived("x"),
    VoiceSessionEnded(lowest(CONNECTED_AT), 1, 1, "client"),
)


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


inputs: SearchStrategy[Input] = st.one_of(
    st.builds(partial(Input, "valid"), _batches),
    st.builds(partial(Input, "bent"), _bent_batches()),
    st.builds(partial(Input, "bent"), _bent_batches()),
    st.builds(partial(Input, "broken"), bent(_batches).filter(lambda held: isinstance(held, list))),
)


def corpus() -> Iterator[tuple[str, Input]]:
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
