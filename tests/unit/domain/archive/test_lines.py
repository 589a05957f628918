"""A line of the archive: every column in each, and the same table as the catalogue says."""

import json

from functions.domain.archive.lines import COLUMNS, Line, encode, of_values
from functions.names import ARCHIVE_COLUMNS

VALUES = {
    "connection_id": "c1",
    "event_id": "01KXX",
    "arrived_at": 5,
    "arrival_day": "1970-01-01#3",
    "type": "TextMessageReceived",
    "version": 1,
    "at": 4,
    "user_id": "ada",
    "connected_at": 3,
    "expires_at": 2,
    "data": {"text": "hi", "a": 1},
}


def test_a_line_has_every_column_also_those_without_a_value() -> None:
    line = of_values(VALUES)

    assert line is not None
    assert list(json.loads(encode(line))) == list(COLUMNS)
    assert json.loads(encode(line))["session_id"] is None


def test_the_catalogue_has_the_columns_of_a_line() -> None:
    assert tuple(ARCHIVE_COLUMNS) == COLUMNS


def test_what_an_event_carries_is_json_within_text_whose_members_have_one_order() -> None:
    line = of_values(VALUES)

    assert line is not None
    assert line.data == '{"a":1,"text":"hi"}'


def test_a_line_ends_with_its_only_line_break() -> None:
    encoded = encode(Line("c1", "01K", 5, data='{"text":"a\\nb\u2028"}'))

    assert encoded.count(b"\n") == 1
    assert encoded.endswith(b"}\n")


def test_an_item_with_an_attribute_that_no_event_has_is_no_line_of_columns() -> None:
    assert of_values({**VALUES, "surprise": 1}) is None


def test_an_item_that_lacks_what_every_event_has_is_no_line_of_columns() -> None:
    assert of_values({name: value for name, value in VALUES.items() if name != "user_id"}) is None


def test_a_number_that_no_column_takes_is_no_line_of_columns() -> None:
    assert of_values({**VALUES, "at": 2**63}) is None
