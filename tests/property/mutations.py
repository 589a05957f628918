"""What is almost valid: a value of which a few members were changed, a text of which a few letters were."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.property.strategies import anything

ODD_LETTERS: Final = [
    *("\x00", "\n", "\r", "\t", "\x1b", "\x7f", "\x85", " ", '"', "\\", "/", "'", "#", "%", ".", "=", "+"),
    "\u200b",  # zero width
    "\u202e",  # writes from right to left
    "\u2028",  # a line separator, which JavaScript once took for a line's end
    "\ufeff",  # a byte order mark
    "\u0430",  # Cyrillic, looks like a
    "\u0301",  # combines with the letter before
    "\u2126",  # the sign of Ohm, another letter once composed
    "\uff21",  # a wide A
    "\u0661",  # a digit, but no ASCII
    "\U0001f600",
    "\ud800",  # half of a pair
]
ODD_VALUES: Final[list[Any]] = [
    *(None, True, False, 0, -0.0, -1, 1, 1.0, 0.5, 2**31, 2**53, 2**63, -(2**63) - 1, 2**64, 10**40, 1e308),
    *("", "0", "-1", "1e3", "true", "null", "NaN", " ", "\x00", "a\n", "\ud800", "a" * 129, "x" * 9_000),
    *("../../etc/passwd", "$context.connectionId", "${jndi:ldap://x}", "{{7*7}}", "%00", "' OR '1'='1"),
    *("__proto__", "constructor", "admin", "bob", "*", "2026-11-23T05:00:00Z", "9999-12-31T23:59:59Z"),
    *([], {}, [[]], [None], {"S": "x"}, {"N": "1"}, {"": ""}, {"__proto__": {"admin": True}}),
]

odd_texts = st.lists(st.sampled_from([*ODD_LETTERS, "a", "Z", "0"]), max_size=6).map("".join)
odd_values: SearchStrategy[Any] = st.one_of(st.sampled_from(ODD_VALUES), odd_texts, anything)

_Place = tuple[Any, Any]


@st.composite
def bent(draw: DrawFn, whole: SearchStrategy[Any], *, spare: SearchStrategy[Any] = odd_values) -> Any:
    """Draw a JSON value of which up to three members, however deep, are not what they should be."""
    spare = spare.map(deepcopy)  # what is put in may be changed by the next turn
    value = deepcopy(draw(whole))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(value))
        if not places:
            return draw(spare)
        holder, name = places[draw(st.integers(0, len(places) - 1))]
        _bend(draw, spare, places, holder, name)
    return value


def _bend(draw: DrawFn, spare: SearchStrategy[Any], places: list[_Place], holder: Any, name: Any) -> None:
    held = holder[name]
    match draw(st.sampled_from(["replace", "drop", "letters", "wrap", "copy", "add", "retype"])):
        case "drop":
            del holder[name]
        case "letters" if isinstance(held, str):
            holder[name] = draw(spliced(held))
        case "wrap":
            holder[name] = draw(st.sampled_from([[held], {"value": held}]))
        case "copy":
            other, there = places[draw(st.integers(0, len(places) - 1))]
            holder[name] = deepcopy(other[there])
        case "add" if isinstance(holder, dict):
            added = odd_texts | st.sampled_from([f"{name}", f"{name} ", f"{name}".upper()])
            holder[draw(added)] = draw(spare)
        case "retype":
            holder[name] = _retyped(held)
        case _:
            holder[name] = draw(spare)


def _places(value: Any) -> Iterator[_Place]:
    if isinstance(value, dict | list):
        for name, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, name
            yield from _places(member)


def _retyped(value: Any) -> Any:
    match value:
        case str():
            return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else [value]
        case bool():
            return int(value)
        case int() | float():
            return str(value)
        case _:
            return str(value)


@st.composite
def spliced(draw: DrawFn, text: str) -> str:
    """Draw a text that differs in a few letters: changed, inserted, cut out, repeated, or its case."""
    place = draw(st.integers(0, len(text)))
    end = min(len(text), place + draw(st.integers(0, 8)))
    match draw(st.sampled_from(["insert", "replace", "flip", "cut", "drop", "repeat", "case", "around"])):
        case "insert":
            return text[:place] + draw(odd_texts) + text[place:]
        case "replace":
            return text[:place] + draw(odd_texts) + text[end:]
        case "flip":
            return text[:place] + draw(st.characters(max_codepoint=127)) + text[place + 1 :]
        case "cut":
            return text[:place]
        case "drop":
            return text[:place] + text[end:]
        case "repeat":
            return text + draw(st.sampled_from(["", *ODD_LETTERS])) + text[place:]
        case "case":
            return text[:place] + text[place:].swapcase()
        case _:
            return draw(odd_texts) + text + draw(odd_texts)
