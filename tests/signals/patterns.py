"""Evaluates the patterns of metric filters, as CloudWatch Logs does: the emulator publishes nothing.

The syntax is the part of CloudWatch's JSON patterns that the program uses: ``{ $.field = "text" }``, with
``"*"`` for any text, ``*`` for whatever there is, ``> 0`` for a greater number, and several joined by ``&&``.
Whatever else stands in a pattern is an error here: nothing is believed of it.
"""

import json
import re
from typing import Any, Final

_PATTERN: Final = re.compile(r"\{ (.+) \}")
_TERM: Final = re.compile(
    r'\$\.(?P<member>[A-Za-z_][A-Za-z_0-9]*) (?:= (?:"(?P<text>[^"\\*%]+|\*)"|(?P<any>\*))|> (?P<least>\d+))'
)
_SELECTOR: Final = re.compile(r"\$\.([A-Za-z_][A-Za-z_0-9]*)")


class UnknownPatternError(Exception):
    """A pattern has something in it that is not evaluated here."""


def matches(pattern: str, line: str) -> bool:
    """Tell whether a pattern selects a line. A line that is no JSON object is selected by none.

    Raises
    ------
    UnknownPatternError
        If the pattern is of another syntax.
    """
    terms = _terms(pattern)
    try:
        fields = json.loads(line)
    except ValueError:
        return False
    return isinstance(fields, dict) and all(_holds(term, fields) for term in terms)


def selected(selector: str, line: str) -> Any:
    """Return the member of a line that a selector names; None if it is not there.

    Raises
    ------
    UnknownPatternError
        If it is not a selector, such as ``$.lag_ms``.
    """
    named = _SELECTOR.fullmatch(selector)
    if named is None:
        raise UnknownPatternError(selector)
    return json.loads(line).get(named[1])


def _holds(term: re.Match[str], fields: dict[str, Any]) -> bool:
    # what is not there, or null, equals nothing and is greater than nothing
    value = fields.get(term["member"])
    if term["least"]:
        return isinstance(value, int | float) and not isinstance(value, bool) and value > int(term["least"])
    if term["any"]:
        return value is not None
    return isinstance(value, str) and term["text"] in {"*", value}


def _terms(pattern: str) -> list[re.Match[str]]:
    whole = _PATTERN.fullmatch(pattern)
    terms = [_TERM.fullmatch(term) for term in whole[1].split(" && ")] if whole else [None]
    found = [term for term in terms if term]
    if len(found) < len(terms):
        raise UnknownPatternError(pattern)
    return found
