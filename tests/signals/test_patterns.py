"""The evaluator of patterns."""

import json
from typing import Any

import pytest

from tests.signals.patterns import UnknownPatternError, matches, selected

ONE = '{ $.fault = "server" }'
TWO = '{ $.message = "connect" && $.fault = "client" }'
ANY_TEXT = '{ $.refused = "*" }'
ANY = "{ $.lag_ms = * }"
MORE = "{ $.gone > 0 }"


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (ONE, {"fault": "server"}),
        (ONE, {"message": "internal", "fault": "server", "connection_id": None, "status": 500}),
        (TWO, {"message": "connect", "fault": "client"}),
        (ANY_TEXT, {"refused": "too_large"}),
        (ANY_TEXT, {"refused": ""}),
        (ANY, {"lag_ms": 0}),
        (ANY, {"lag_ms": -1}),
        (ANY, {"lag_ms": "long"}),
        (MORE, {"gone": 1}),
        (MORE, {"gone": 0.5}),
    ],
)
def test_a_line_with_every_field_as_the_pattern_says_is_selected(pattern: str, line: dict[str, Any]) -> None:
    assert matches(pattern, json.dumps(line))


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (ONE, {}),
        (ONE, {"fault": None}),
        (ONE, {"fault": "client"}),
        (ONE, {"fault": "SERVER"}),
        (ONE, {"fault": "server "}),
        (ONE, {"fault": ["server"]}),
        (ONE, {"fault": True}),
        (ONE, {"message": "server"}),
        (ONE, {"reason": {"fault": "server"}}),
        (TWO, {"message": "connect"}),
        (TWO, {"fault": "client"}),
        (TWO, {"message": "disconnect", "fault": "client"}),
        (TWO, {"message": "connect", "fault": "server"}),
        (ANY_TEXT, {"refused": None}),
        (ANY_TEXT, {"refused": 7}),
        (ANY_TEXT, {"message": "frame"}),
        (ANY, {"lag_ms": None}),
        (ANY, {}),
        (MORE, {"gone": 0}),
        (MORE, {"gone": True}),
        (MORE, {"gone": "1"}),
        (MORE, {"gone": None}),
        (ONE, "fault server"),
        (ONE, ["fault", "server"]),
    ],
)
def test_any_other_line_is_not_selected(pattern: str, line: Any) -> None:
    assert not matches(pattern, json.dumps(line))


def test_a_line_that_is_no_json_is_not_selected() -> None:
    assert not matches(ONE, '{ $.fault = "server" }')


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "server",
        '"server"',
        "{ }",
        '{$.fault = "server"}',
        "{ $.fault = server }",
        '{ $.fault != "server" }',
        '{ $.fault = "serv*" }',
        '{ $.fault = "%serv%" }',
        '{ $.fault = "server" || $.fault = "client" }',
        '{ ($.fault = "server") && $.message = "x" }',
        '{ $.a.b = "server" }',
        "{ $.fault IS TRUE }",
        '{ fault = "server" }',
        "{ $.gone < 0 }",
        "{ $.gone >= 0 }",
        "{ $.gone > * }",
        '{ $.gone > "0" }',
        "{ $.gone = 0 }",
    ],
)
def test_what_is_not_evaluated_is_an_error_and_no_verdict(pattern: str) -> None:
    with pytest.raises(UnknownPatternError):
        matches(pattern, '{"fault": "server"}')


def test_a_selector_gives_the_member_of_a_line() -> None:
    assert selected("$.lag_ms", '{"lag_ms": 7}') == 7
    assert selected("$.lag_ms", "{}") is None


@pytest.mark.parametrize("selector", ["1", "lag_ms", "$.a.b", "$.a[0]", ""])
def test_what_is_no_selector_is_an_error(selector: str) -> None:
    with pytest.raises(UnknownPatternError):
        selected(selector, "{}")
