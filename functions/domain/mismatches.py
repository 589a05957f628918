"""Says in words why a value does not fit a type: msgspec's words, except for patterns and lists of values."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import msgspec
from msgspec.inspect import LiteralType, Metadata, StructType, Type, UnionType, type_info

_LONGEST: Final = 200
"""Characters: a mismatch may quote what was sent, of whatever length."""
_UNSPOKEN: Final = re.compile(
    r"(?:Expected `str` matching regex|Expected `float` [<>]=|Invalid enum value|Invalid value) .*"
    r" - at `(\$[^`]*)`",
    re.DOTALL,
)
"""What msgspec says without saying what is allowed, or as a regular expression, or of one bound of two; and
where."""


def explain(mismatch: msgspec.ValidationError, kinds: Any) -> str:
    """Return what is wrong, where, and what is allowed there, in 200 characters at most.

    Parameters
    ----------
    kinds
        The union of structs that something was read as.
    """
    message = str(mismatch)
    unspoken = _UNSPOKEN.fullmatch(message)
    words = unspoken and allowed(kinds).get(unspoken[1])
    return f"Expected {words} - at `{unspoken[1]}`" if unspoken and words else message[:_LONGEST]


@cache
def allowed(kinds: Any) -> dict[str, str]:
    """Return the words for every pattern and every list of values: by path, such as ``$.data.voice``.

    The words of a pattern are its type's description, which the JSON Schema shows too.
    """
    return dict(_words(type_info(kinds), "$"))


def _words(kind: Type, path: str) -> Iterator[tuple[str, str]]:
    match kind:
        case UnionType(types=types):
            tagged = [option for option in types if isinstance(option, StructType) and option.tag_field]
            if tagged:
                yield f"{path}.{tagged[0].tag_field}", _listed(sorted(str(option.tag) for option in tagged))
            for option in types:
                yield from _words(option, path)
        case StructType(fields=fields):
            for field in fields:
                yield from _words(field.type, f"{path}.{field.encode_name}")
        case LiteralType(values=values):
            yield path, _listed([str(value) for value in values])
        case Metadata(extra_json_schema=dict() as described):
            yield path, described["description"]


def _listed(values: list[str]) -> str:
    *rest, last = values
    return f"{', '.join(rest)} or {last}" if rest else last
