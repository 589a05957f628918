"""What the log has is what the archive gives back, whatever it is."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.aws.archive.archived_items import pack, to_line, to_log_item, unpack
from functions.aws.attributes import Item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.log.events import Event, event
from functions.domain.log.facts import TextMessageReceived
from functions.domain.times import LATEST
from tests.gateway_events import CONNECTED_AT, cause
from tests.property.strategies import events, known_facts

TEXT = encode(event(cause(), TextMessageReceived("hi"))) | stamp("0" * 26, CONNECTED_AT)
STRANGE: list[Item] = [
    {"unknown": {"S": "attribute"}},
    {"data": {"M": {"list": {"L": [{"N": "1"}]}}}},
    {"data": {"M": {"fraction": {"N": "1.5"}}}},
    {"session_id": {"NULL": True}},
    {"user_id": {"N": "7"}},
    {"at": {"N": "-1"}},
]


def archived(item: Item) -> Item:
    (line,) = unpack(pack([to_line(item)]))
    return to_log_item(line)


def without_day(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != "arrival_day"}


@given(event=events(known_facts), arrived_at=st.integers(0, LATEST))
def test_an_event_survives_its_line(event: Event, arrived_at: int) -> None:
    item = encode(event) | stamp(event.event_id, arrived_at)

    assert archived(item) == without_day(item)


@pytest.mark.parametrize("strange", STRANGE, ids=str)
def test_an_item_that_is_no_event_survives_whole(strange: Item) -> None:
    item = {**TEXT, **strange}

    assert archived(item) == item


def test_an_item_that_is_no_event_is_found_by_whose_it_is_its_type_and_its_trace() -> None:
    asked_by = {"session_id": {"S": "talk"}, "trace_id": {"S": "1-69229a20-5bd2f1a63e07c4d812f09b7a"}}
    line = to_line({**TEXT, "strange": {"BOOL": True}, **asked_by})

    assert line.item is not None
    assert (line.type, line.user_id, line.session_id) == ("TextMessageReceived", "alice", "talk")
    assert line.trace_id == "1-69229a20-5bd2f1a63e07c4d812f09b7a"
    assert to_line({**TEXT, "user_id": {"N": "7"}}).user_id is None


def test_an_item_without_what_every_event_has_survives_whole() -> None:
    item = {name: TEXT[name] for name in ("connection_id", "event_id", "arrived_at", "arrival_day")}

    assert archived(item) == item


def test_the_same_lines_give_the_same_bytes_in_whatever_order_they_come() -> None:
    lines = [to_line({**TEXT, "event_id": {"S": str(number)}}) for number in range(50)]

    assert pack(lines) == pack(reversed(lines))


def test_the_bytes_do_not_know_when_they_were_made() -> None:
    assert pack([to_line(TEXT)])[4:8] == bytes(4)


def test_lines_are_ordered_by_arrival() -> None:
    late, early = to_line(TEXT), to_line({**TEXT, "arrived_at": {"N": "1"}})

    assert list(unpack(pack([late, early]))) == [early, late]
    assert gzip.decompress(pack([])) == b""
