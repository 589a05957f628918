"""Hold Ctrl-C and its kin off while something must not be left half-done."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def as_ctrl_c() -> None:
    """Let a signal to end, or a closed terminal, do what Ctrl-C does."""
    for number in NUMBERS:
        signal.signal(number, signal.default_int_handler)


@contextmanager
def uninterrupted() -> Iterator[list[int]]:
    """Take no signals to end for as long as the block lasts.

    Yields
    ------
    list of int
        The signals that came meanwhile. Only the main thread gets any, so that elsewhere none are held off.
    """
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    # A handler, not SIG_IGN: that one would be inherited by what is started meanwhile.
    before = [signal.signal(number, lambda signum, _frame: caught.append(signum)) for number in NUMBERS]
    try:
        yield caught
    finally:
        for number, handler in zip(NUMBERS, before, strict=True):
            signal.signal(number, handler)
