"""When the events of a trace arrived, which its root id tells, and which texts name one."""

from typing import Final

from functions.domain.log.traces import began_at, is_root_id, root_of

_BEFORE_MILLISECONDS: Final = 60_000
"""Clocks differ."""
_AFTER_MILLISECONDS: Final = 3_600_000
"""An invocation takes 15 minutes at most, and one that is invoked by a schedule may be tried again."""


class TraceError(ValueError):
    """A text names no trace; the message says what to type instead."""


def trace_id(text: str) -> str:
    """Return the root id of a trace: the text itself, or that of a whole header.

    Raises
    ------
    TraceError
        If it is neither.
    """
    root_id = text if is_root_id(text) else root_of(text)
    if root_id is None:
        example = "1-69229a20-5bd2f1a63e07c4d812f09b7a"
        raise TraceError(f"{text!r} is not the id of a trace: write for example {example}")
    return root_id


def span(root_id: str) -> tuple[int, int]:
    """Return from when to when the events of a trace arrived, epoch milliseconds."""
    at = began_at(root_id)
    return max(0, at - _BEFORE_MILLISECONDS), at + _AFTER_MILLISECONDS
