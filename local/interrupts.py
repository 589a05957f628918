"""Hold off Ctrl-C and other signals to end while something must not be left half-done."""

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from types import FrameType
from typing import Final, TypeVar

_Result = TypeVar("_Result")

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_POLL_SECONDS: Final = 0.05


class Signals:
    """The signals to end that have come and have not been obeyed yet.

    An exception that is raised wherever the program happens to be can be lost (in a weak reference's
    callback), or can leave a lock taken (between a resource's acquisition and the block that releases it).
    So signals are only noted, and what takes long looks here whether it shall end.
    """

    def __init__(self) -> None:
        self._came: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._came)

    def __call__(self, number: int, _frame: FrameType | None = None) -> None:
        """Note that a signal came: this is its handler."""
        self._came.append(number)

    def raise_if_any(self) -> None:
        """Raise `KeyboardInterrupt` if a signal came."""
        if self:
            raise KeyboardInterrupt


NO_SIGNALS: Final = Signals()
"""Where nobody has signals noted, and Ctrl-C raises at once."""


def note_signals() -> Signals:
    """Note a signal to end, or that the terminal was closed, for as long as this process lives."""
    signals = Signals()
    for number in NUMBERS:
        signal.signal(number, signals)
    return signals


def await_result(work: Callable[[], _Result], signals: Signals) -> _Result:
    """Do what may take long in a thread of its own, and give its result, unless a signal comes first.

    Raises
    ------
    KeyboardInterrupt
        If a signal came. The work is left alone and ends with the process.
    """
    answer: Future[_Result] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:  # noqa: BLE001  # it is raised again where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=run, name="work", daemon=True).start()
    while not wait([answer], timeout=_POLL_SECONDS).done:
        signals.raise_if_any()
    return answer.result()


def as_ctrl_c(noted: Signals = NO_SIGNALS) -> None:
    """Let a signal to end, or a closed terminal, do at once what Ctrl-C does; one that was noted does too."""
    for number in NUMBERS:
        signal.signal(number, signal.default_int_handler)
    noted.raise_if_any()


@contextmanager
def uninterrupted() -> Iterator[Signals]:
    """Note signals to end for as long as the block lasts, instead of ending.

    Yields
    ------
    Signals
        Those that came meanwhile, or since `note_signals`. Only the main thread gets any, so that elsewhere
        none are held off.
    """
    noting = signal.getsignal(NUMBERS[0])
    if isinstance(noting, Signals):
        yield noting
        return
    signals = Signals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    # A handler, not SIG_IGN: that one would be inherited by what is started meanwhile.
    before = [signal.signal(number, signals) for number in NUMBERS]
    try:
        yield signals
    finally:
        for number, handler in zip(NUMBERS, before, strict=True):
            signal.signal(number, handler)
