"""The parameters that a client may put into the URL of its handshake, and how they are misspelt."""

from collections.abc import Iterable
from typing import Final

_NAMES: Final = frozenset({"sessionId", "ticket", "userId"})


def misspelt(names: Iterable[str]) -> str | None:
    """Return the parameter that one of these names is a misspelling of, None if none is.

    A misspelling differs in case, ``_`` or ``-`` only, such as ``session_id`` for ``sessionId``. If it were
    ignored, another conversation would begin without anybody noticing. Any other name is ignored: a page may
    have parameters of its own.
    """
    meant = {_plain(name): name for name in _NAMES}
    almost = (meant.get(_plain(name)) for name in names if name not in _NAMES)
    return next((name for name in almost if name), None)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
