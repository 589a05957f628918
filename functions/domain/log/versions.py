"""How a stored fact becomes one that this release knows: upcasting, and what cannot be read."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from functions.domain.log.facts import FACTS, VERSIONS, Fact, Unrecognised

Data = dict[str, Any]
Upcast = Callable[[Data], Data]

UPCASTS: Final[Mapping[tuple[str, int], Upcast]] = {}
"""From the type and version that is stored to the data of the next version. None is old yet."""


_STUMBLES: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What an upcast meets where stored data is not as its version says; a validation error is a `ValueError`."""


def read(
    kind: str,
    version: int,
    data: Data,
    *,
    upcasts: Mapping[tuple[str, int], Upcast] = UPCASTS,
    versions: Mapping[str, int] = VERSIONS,
) -> Fact:
    """Return the fact that an item stores; `Unrecognised`, and never an error, where it cannot be read.

    Parameters
    ----------
    kind, version, data
        The item's ``type``, ``version`` and ``data``.
    upcasts, versions
        The releases' history; arguments for the sake of tests.
    """
    current = versions.get(kind)
    if current is None:
        return Unrecognised(kind, version, "an unknown type")
    if not 1 <= version <= current:
        return Unrecognised(kind, version, f"an unknown version, the newest known is {current}")
    try:
        for older in range(version, current):
            data = upcasts[kind, older](data)
        return msgspec.convert(data, FACTS[kind])
    except _STUMBLES as problem:
        return Unrecognised(kind, version, f"unreadable data: {problem}")
