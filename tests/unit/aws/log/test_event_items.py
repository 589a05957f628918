"""Events as items of the log, and items that other releases wrote."""

from copy import deepcopy
from typing import Any

import pytest

from functions.aws.attributes import Item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import MalformedEventError, decode, encode
from functions.domain.log.events import event
from functions.domain.log.facts import TextMessageReceived, Unrecognised
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, cause, fixture

TEXT = event(cause(trace_id="1-69229a20-5bd2f1a63e07c4d812f09b7a"), TextMessageReceived("hello"))


def changed(**attributes: dict[str, Any] | None) -> Item:
    """Return the item of a text with other attributes; None leaves one out."""
    item = {**encode(TEXT), **attributes}
    return {name: deepcopy(value) for name, value in item.items() if value is not None}


def test_an_event_becomes_the_item_that_the_design_names() -> None:
    assert encode(TEXT) == {
        "connection_id": {"S": CONNECTION},
        "event_id": {"S": TEXT.event_id},
        "type": {"S": "TextMessageReceived"},
        "version": {"N": "1"},
        "at": {"N": str(CONNECTED_AT + 5_000)},
        "user_id": {"S": "alice"},
        "session_id": {"S": "s-1"},
        "connected_at": {"N": str(CONNECTED_AT)},
        "data": {"M": {"text": {"S": "hello"}}},
        "trace_id": {"S": "1-69229a20-5bd2f1a63e07c4d812f09b7a"},
        "expires_at": {"N": str(EXPIRES_AT)},
    }


def test_what_is_absent_has_no_attribute() -> None:
    item = encode(event(cause(session_id=None), TextMessageReceived("hello")))

    assert "session_id" not in item
    assert "trace_id" not in item


def test_an_event_survives_the_log() -> None:
    assert decode(encode(TEXT)) == TEXT


def test_a_stream_record_is_decoded_as_the_stream_delivers_it() -> None:
    record = fixture("stream")["Records"][0]

    opened = decode(record["dynamodb"]["NewImage"])

    assert opened.type == "ConnectionOpened"
    assert opened.connection_id == record["dynamodb"]["Keys"]["connection_id"]["S"]
    arrived = stamp(opened.event_id, CONNECTED_AT + 64)
    assert encode(opened) | arrived == record["dynamodb"]["NewImage"]


def test_an_unknown_type_stays_readable() -> None:
    found = decode(changed(type={"S": "Teleported"}))

    assert found.fact == Unrecognised("Teleported", 1, "an unknown type")
    assert (found.user_id, found.at, found.event_id) == (TEXT.user_id, TEXT.at, TEXT.event_id)


def test_a_newer_version_stays_readable() -> None:
    fact = decode(changed(version={"N": "2"})).fact

    assert isinstance(fact, Unrecognised)
    assert fact.version == 2


@pytest.mark.parametrize(
    "data",
    [
        {"M": {"text": {"L": [{"S": "hello"}]}}},
        {"M": {"text": {"S": "hello"}, "weight": {"N": "1.5"}}},
        {"M": {"text": {"NULL": True}}},
        {"M": {"text": {"N": "7"}}},
        {"L": []},
        None,
    ],
)
def test_data_of_a_shape_that_this_release_never_writes_stays_readable(data: dict[str, Any] | None) -> None:
    found = decode(changed(version={"N": "2"}, data=data))

    assert isinstance(found.fact, Unrecognised)
    assert (found.type, found.fact.version) == ("TextMessageReceived", 2)
    assert found.fact.problem
    assert decode(changed(data=data)).event_id == TEXT.event_id


@pytest.mark.parametrize(
    "name", ["connection_id", "event_id", "type", "version", "at", "user_id", "connected_at", "expires_at"]
)
@pytest.mark.parametrize("value", [None, {"BOOL": True}, {"N": "noon"}, {}])
def test_an_item_that_lacks_who_when_or_which_is_no_event(name: str, value: dict[str, Any] | None) -> None:
    with pytest.raises(MalformedEventError, match="not an event"):
        decode(changed(**{name: value}))


@pytest.mark.parametrize("name", ["at", "connected_at"])
@pytest.mark.parametrize("time", ["-1", "253402300800000", "9" * 38])
def test_a_time_that_no_calendar_has_is_no_events(name: str, time: str) -> None:
    with pytest.raises(MalformedEventError, match="the time is out of range"):
        decode(changed(**{name: {"N": time}}))


@pytest.mark.parametrize("event_id", ["", "x", "8" + "0" * 25, "01m83d2xbx0000000000000000", "I" * 26])
def test_an_id_that_holds_no_time_is_no_events(event_id: str) -> None:
    with pytest.raises(MalformedEventError, match="the id cannot be an event's"):
        decode(changed(event_id={"S": event_id}))


def test_a_claim_is_no_event() -> None:
    with pytest.raises(MalformedEventError):
        decode({"claim": {"S": "voice#1"}})
