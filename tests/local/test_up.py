"""A start that ends early, at whichever moment it looks whether it shall."""

from dataclasses import dataclass, field

import pytest

from local import emulator, up
from local.interrupts import Signals
from local.state import Running, StateDir


class Coming(Signals):
    """A signal that comes between two looks for one."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    def __bool__(self) -> bool:
        self._looks -= 1
        return self._looks < 0


@dataclass(frozen=True)
class Remembering(StateDir):
    """A state folder that remembers which emulators were noted in it."""

    noted: list[Running] = field(default_factory=list)

    def started(self, running: Running) -> None:
        self.noted.append(running)
        super().started(running)


@pytest.fixture
def state(tmp_path):
    made = Remembering(tmp_path)
    yield made
    for each in made.noted:  # a start that did not end as it should is ended all the same
        emulator.stop(made, each)


@pytest.mark.parametrize("looks", [1, 2, 5])
def test_nothing_is_left_of_a_start_that_a_signal_ended(state, looks):
    with pytest.raises(KeyboardInterrupt):
        up.up(state, emulator.free_port(), 4566, keep=False, signals=Coming(looks))
    up.abandon(state)

    assert state.noted
    assert not any(emulator.alive(each) for each in state.noted)
    assert state.running() is None


def test_a_start_that_a_signal_was_before_starts_nothing(state):
    with pytest.raises(KeyboardInterrupt):
        up.up(state, emulator.free_port(), 4566, keep=False, signals=Coming(0))

    assert not state.noted
