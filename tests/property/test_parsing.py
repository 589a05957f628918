"""The parser, on anything: it takes what the schema allows, and refuses the rest in the protocol's words."""

import json
from typing import Any, get_args

import msgspec
from hypothesis import example, given, settings

from functions.domain.frames.parsing import parse
from functions.domain.frames.protocol import Frame
from functions.domain.refusals import ErrorCode, Refused
from tests.property.schema import repeats_a_name, satisfies
from tests.property.strategies import bodies, frames

VERDICTS = {"invalid_json", "invalid_message", "unknown_type", "too_large"}


def verdict(body: str) -> Frame | Refused:
    """Return what becomes of a text; anything but a refusal is raised."""
    try:
        return parse(body)
    except Refused as refused:
        return refused


def holds(taken: Any, given: Any) -> bool:
    """Tell whether all that was given was taken, but for a member that nobody knows."""
    if not isinstance(given, dict):
        return bool(taken == given)
    return all(name == "any" or holds(taken[name], value) for name, value in given.items())


@given(frame=frames)
def test_what_a_client_should_send_is_taken(frame: dict[str, Any]) -> None:
    body = json.dumps(frame)

    taken = parse(body)

    assert satisfies(body)
    assert taken.id == frame.get("id")
    assert holds(msgspec.to_builtins(taken).get("data", {}), frame["data"])


@settings(max_examples=settings().max_examples * 5)
@given(body=bodies)
@example("[" * 100_000)
@example('{"type": "ping", "x": ' + "[" * 60_000 + "]" * 60_000 + "}")
@example('{"type": "ping", "type": "$connect"}')
@example('{"type": "ping", "timestamp": 1e999}')
@example('{"type": "ping", "x": 1' + "0" * 5_000 + "}")
def test_any_text_is_a_frame_that_the_schema_allows_or_refused(body: str) -> None:
    outcome = verdict(body)

    if isinstance(outcome, Refused):
        assert outcome.code in VERDICTS <= set(get_args(ErrorCode))
        assert 0 < len(outcome.message) <= 200
        assert not satisfies(body) or repeats_a_name(body)
    else:
        assert satisfies(body)
