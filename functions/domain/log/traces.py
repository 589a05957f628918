"""Which trace an event belongs to: of the header that X-Ray gives an invocation, the root id alone."""

import re
from typing import Final

_ROOT_ID: Final = r"1-[0-9a-f]{8}-[0-9a-f]{24}"
_ID: Final = re.compile(_ROOT_ID)
_ROOT: Final = re.compile(rf"(?:^|;)\s*Root=({_ROOT_ID})(?:;|\Z)")


def root_of(header: str | None) -> str | None:
    """Return the root id of a trace header, ``1-69229a20-…`` of ``Root=1-69229a20-…;Parent=…;Sampled=1``.

    The rest of the header is the invocation's own, and finds no trace. It is None without a header, or where
    the header has no root id of X-Ray: whoever begins a trace writes it, which may be a client.
    """
    found = _ROOT.search(header or "")
    return found[1] if found else None


def is_root_id(text: str) -> bool:
    """Tell whether a text is the root id of a trace."""
    return _ID.fullmatch(text) is not None


def began_at(root_id: str) -> int:
    """Return when a trace began, epoch milliseconds: its id says it, to the second."""
    return int(root_id[2:10], 16) * 1_000
