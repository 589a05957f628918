"""What AWS takes for a value of a request: enumerations, patterns, lengths and ranges of botocore's models.

The emulator takes nearly anything, and botocore itself checks only types and minima.
"""

import functools
import itertools
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from local.errors import LocalError

_NUMBERS: Final = frozenset({"integer", "long", "float", "double"})
_LONGEST_SHOWN: Final = 60
_CATEGORY: Final = re.compile(r"\\p\{(\w)\}")


class RefusedInputError(LocalError):
    """AWS would refuse a value: the message names it, where it is, and what is allowed."""


def require(shape: Shape, value: Any, path: str) -> None:
    """Raise `RefusedInputError` if AWS would refuse a value for itself, whatever is in it.

    A value of another type than the shape's is left for botocore to refuse.
    """
    allowed = _broken(shape, value)
    if allowed is not None:
        raise RefusedInputError(f"input {path!r} is {_shown(shape, value)}, and AWS takes {allowed}")


def require_keys(shape: MapShape, keys: Iterable[str], path: str) -> None:
    """Raise `RefusedInputError` if AWS would refuse a key of a map."""
    for key in keys:
        allowed = _broken(shape.key, key)
        if allowed is not None:
            raise RefusedInputError(f"input {path!r} has the key {key!r}, and AWS takes {allowed}")


def require_all(shape: Shape, value: Any, path: str = "") -> None:
    """Raise `RefusedInputError` if AWS would refuse a value or anything in it.

    Parameters
    ----------
    shape : Shape
        What botocore's model says of the value.
    value
        A request, or a part of one, by the request's own names.
    path : str
        Where the value is, such as ``"Environment.Variables"``.
    """
    if path:
        require(shape, value, path)
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        require_keys(shape, value, path)
    for inner_shape, inner, name in _within(shape, value, path):
        require_all(inner_shape, inner, name)


def _within(shape: Shape, value: Any, path: str) -> Iterator[tuple[Shape, Any, str]]:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, inner in value.items():
            # botocore refuses a name that is unknown
            if name in shape.members:
                yield shape.members[name], inner, f"{path}.{name}" if path else name
    elif isinstance(shape, ListShape) and isinstance(value, Sequence) and not isinstance(value, str):
        for index, inner in enumerate(value):
            yield shape.member, inner, f"{path}[{index}]"
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, inner in value.items():
            yield shape.value, inner, f"{path}.{key}"


def _broken(shape: Shape, value: Any) -> str | None:
    """What is allowed, in words, if the value is not."""
    if isinstance(shape, StringShape) and isinstance(value, str):
        return _broken_text(shape, value)
    if isinstance(shape, ListShape) and isinstance(value, list | tuple):
        return _outside(shape, len(value), "elements")
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return _outside(shape, len(value), "entries")
    if shape.type_name == "blob" and isinstance(value, bytes):
        return _outside(shape, len(value), "bytes")
    if shape.type_name in _NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
        return _outside(shape, value)
    return None


def _broken_text(shape: StringShape, value: str) -> str | None:
    if shape.enum and value not in shape.enum:
        return f"one of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    if pattern and (matches := compiled(pattern)) is not None and not matches(value):
        return f"what matches {pattern}"
    return _outside(shape, len(value), "characters")


def _outside(shape: Shape, size: float, unit: str = "") -> str | None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is None or size >= least) and (most is None or size <= most):
        return None
    lower = [] if least is None or (unit and not least) else [f"at least {least}"]
    upper = [] if most is None else [f"at most {most}"]
    return f"{' and '.join(lower + upper)} {unit}".rstrip()


@functools.cache
def compiled(pattern: str) -> Callable[[str], object] | None:
    r"""Give what tells whether a text matches a model's pattern; None where Python cannot read the pattern.

    The patterns are Java's: the whole text has to match, with or without ``^`` and ``$``, ``\w`` and
    ``\d`` mean ASCII, and ``\p{L}`` is any letter.
    """
    try:
        return re.compile(_CATEGORY.sub(_characters, pattern), re.ASCII).fullmatch
    except re.error:
        return None


def _characters(category: re.Match[str]) -> str:
    r"""What stands for ``\p{L}`` inside of a set of characters: the ranges of all letters."""
    return _categories()[category[1]]


@functools.cache
def _categories() -> Mapping[str, str]:
    ranges: dict[str, list[str]] = {}
    points = range(sys.maxunicode + 1)
    for category, group in itertools.groupby(points, lambda point: unicodedata.category(chr(point))[0]):
        members = list(group)
        ranges.setdefault(category, []).append(f"\\U{members[0]:08x}-\\U{members[-1]:08x}")
    return {category: "".join(characters) for category, characters in ranges.items()}


def _shown(shape: Shape, value: Any) -> str:
    if shape.metadata.get("sensitive"):
        return "not shown, since it is secret"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… ({len(value)} long)"
