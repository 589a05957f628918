"""Evaluates the patterns of metric filters, as CloudWatch Logs does: the emulator publishes nothing.

The syntax is the part of CloudWatch's JSON patterns that the program uses: ``{ $.field = "text" }``, or
several joined by ``&&``. Whatever else stands in a pattern is an error here: nothing is believed of it.
"""

import json
import re
from typing import Final

_PATTERN: Final = re.compile(r"\{ (.+) \}")
_TERM: Final = re.compile(r'\$\.([A-Za-z_][A-Za-z_0-9]*) = "([^"\\*%]+)"')


class UnknownPatternError(Exception):
    """A pattern has something in it that is not evaluated here."""


def matches(pattern: str, line: str) -> bool:
    """Tell whether a pattern selects a line. A line that is no JSON object is selected by none.

    Raises
    ------
    UnknownPatternError
        If the pattern is of another syntax.
    """
    wanted = _terms(pattern)
    try:
        fields = json.loads(line)
    except ValueError:
        return False
    if not isinstance(fields, dict):
        return False
    # a field that is not there, or null, or a number, equals no text
    return all(fields.get(name) == value for name, value in wanted)


def _terms(pattern: str) -> list[tuple[str, str]]:
    whole = _PATTERN.fullmatch(pattern)
    terms = [_TERM.fullmatch(term) for term in whole[1].split(" && ")] if whole else [None]
    found = [(term[1], term[2]) for term in terms if term]
    if len(found) < len(terms):
        raise UnknownPatternError(pattern)
    return found
