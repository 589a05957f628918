"""Waits for what happens by itself: polls with a deadline, and never sleeps blindly."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

DEADLINE_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.03

T = TypeVar("T")


def eventually(probe: Callable[[], T | None], *, seconds: float = DEADLINE_SECONDS) -> T:
    """Return what the probe gives as soon as it is true.

    Raises
    ------
    AssertionError
        With the probe's own assertion or its last value, if it is not true in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        failed: AssertionError | None = None
        found: T | None = None
        try:
            found = probe()
        except AssertionError as assertion:
            failed = assertion
        if found:
            return found
        if time.monotonic() > deadline:
            raise failed or AssertionError(f"still {found!r} after {seconds} s")
        time.sleep(_POLL_SECONDS)
