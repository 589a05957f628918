"""The client's own id of a frame, read from whatever it sent."""

import json

import pytest

from functions.domain.frames.parsing import id_of
from functions.domain.frames.protocol import MAX_FRAME_BYTES


@pytest.mark.parametrize(
    "rest",
    [
        '"type": "ping"',
        '"type": "ponder"',
        '"type": 7',
        '"type": "$connect"',
        '"type": "text_message", "data": {"text": "cut: \\ud83d"}',
        '"type": "text_message", "data": {"text": "cut: \ud83d"}',
        '"type": "text_message", "data": {"text": "a line\nand another"}',
        '"timestamp": NaN',
        '"x": 1e999999, "y": ' + "7" * 10_000,
        '"x": ' + "[" * 198 + "]" * 198,
        '"x": "' + "[" * 1_000 + '"',
        '"x": "' + "x" * (4 * MAX_FRAME_BYTES - 100) + '"',
    ],
)
def test_an_id_is_read_in_a_frame_that_is_refused(rest: str) -> None:
    assert id_of(f'{{"id": "m-1", {rest}}}') == "m-1"
    assert id_of(f'{{{rest}, "id": "m-1"}}') == "m-1"


@pytest.mark.parametrize("client_id", [7, None, "", "a b", "i" * 129, ["m-1"], "a\n", "\u00e4", "\ud800"])
def test_what_may_be_no_id_is_none(client_id: object) -> None:
    assert id_of(json.dumps({"type": "ponder", "id": client_id})) is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"id"',
        '["id", "m-1"]',
        '{"data": {"id": "m-1"}}',
        '{"id": "m-1"',
        '{"id": "m-1"} x',
        '{"id": "m-1", "x": ' + "[" * 200 + "]" * 200 + "}",
        '{"id": "m-1", "x": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"id": "m-1"}' + " " * 131_072,
    ],
)
def test_what_is_no_frame_has_no_id(body: str) -> None:
    assert id_of(body) is None


def test_of_two_ids_the_last_counts_as_it_does_in_a_frame_that_is_taken() -> None:
    assert id_of('{"id": "m-1", "type": "ping", "id": "m-2"}') == "m-2"
