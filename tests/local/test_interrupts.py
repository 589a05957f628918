import os
import signal
import threading

import pytest

from local.interrupts import NUMBERS, Signals, as_ctrl_c, await_result, note_signals, uninterrupted


@pytest.fixture(autouse=True)
def as_before():
    before = [signal.getsignal(number) for number in NUMBERS]
    yield
    for number, handler in zip(NUMBERS, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_is_noted_and_raises_only_where_somebody_looks(number):
    signals = note_signals()

    os.kill(os.getpid(), number)

    with pytest.raises(KeyboardInterrupt):
        signals.raise_if_any()


def test_one_that_was_noted_is_obeyed_as_soon_as_ctrl_c_is():
    signals = note_signals()
    os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        as_ctrl_c(signals)


def test_within_a_block_signals_are_noted_and_after_it_they_do_what_they_did():
    as_ctrl_c()

    with uninterrupted() as signals:
        os.kill(os.getpid(), signal.SIGHUP)

    assert signals
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGHUP)


def test_what_is_noted_for_good_is_noted_in_one_place():
    before = note_signals()
    os.kill(os.getpid(), signal.SIGHUP)

    with uninterrupted() as within:
        assert within is before


def test_a_result_is_given_and_an_error_is_raised():
    def fail():
        raise LookupError("on purpose")

    assert await_result(lambda: 5, Signals()) == 5
    with pytest.raises(LookupError, match="on purpose"):
        await_result(fail, Signals())


def test_what_takes_long_is_left_alone_when_a_signal_comes():
    signals, end = Signals(), threading.Event()

    def work():
        signals(signal.SIGTERM)
        end.wait()

    with pytest.raises(KeyboardInterrupt):
        await_result(work, signals)
    end.set()
