"""An erasure that is interrupted: before each of its writes, and run again."""

from typing import Any, Final

import pytest

from functions.domain.log.facts import TextMessageReceived
from ops.erasure.register import Register
from tests.ops.erasure.persons import ALONE, OPENED, OTHERS, PERSON, STARTED, TEXT, WORDS, Scene, did
from tests.stage import WRITES

EVENTS: Final = (OPENED, TEXT, STARTED, ALONE[0], *OTHERS)
STEPS: Final = 22
"""How many writes it takes to forget the person of these events."""


class Interrupted(Exception):  # noqa: N818 - what it is
    """Somebody has pressed Ctrl-C, or the machine is gone."""


class Interruption:
    """Lets so many writes of a client through, and none after them."""

    def __init__(self, client: Any, writes: int | None) -> None:
        self.seen = 0
        self.writes = writes
        client.meta.events.register("before-call", self._before)

    def _before(self, model: Any, **_: Any) -> None:
        if model.name in WRITES:
            if self.seen == self.writes:
                raise Interrupted
            self.seen += 1


def test_so_many_writes_forget_a_person(scene: Scene) -> None:
    scene.begin(*EVENTS)
    interruption = Interruption(scene.deployment.client, None)

    scene.forget()

    assert interruption.seen == STEPS


@pytest.mark.parametrize("step", range(STEPS))
def test_interrupted_before_any_write_it_is_finished_by_another_run(scene: Scene, step: int) -> None:
    scene.begin(*EVENTS)
    counts = scene.stage.counts()
    interruption = Interruption(scene.deployment.client, step)
    with pytest.raises(Interrupted):
        scene.forget()
    scene.stage.project(*EVENTS)  # the stream may bring anything again, whenever it likes

    interruption.writes = None
    scene.forget()

    scene.stage.project(*EVENTS)
    assert scene.left() == []
    assert scene.stage.counts() == counts
    assert scene.differences() == ()
    assert len({item["user_id"]["S"] for item in scene.log().values()}) == 2
    assert all(
        each.user_id is None for each in Register(scene.stage.client, scene.stage.tables.metrics).erasures()
    )


def test_a_run_that_was_interrupted_is_told_of_and_knows_the_pseudonym(scene: Scene) -> None:
    scene.begin(*EVENTS)
    interruption = Interruption(scene.deployment.client, STEPS - 1)
    with pytest.raises(Interrupted):
        scene.forget()
    register = Register(scene.stage.client, scene.stage.tables.metrics)
    erasure = register.unfinished(PERSON)
    assert erasure is not None

    interruption.writes = None
    scene.stage.happen(did("c1", TextMessageReceived(WORDS), 8_000))
    scene.forget()

    assert {item["user_id"]["S"] for item in scene.log().values()} == {erasure.pseudonym, "bob"}


def test_a_run_that_goes_on_waits_for_projections_that_do_not_know_before_it_moves_messages(
    scene: Scene,
) -> None:
    scene.begin(*EVENTS)
    interruption = Interruption(scene.deployment.client, 3)
    with pytest.raises(Interrupted):
        scene.forget()
    assert (scene.slept, "forgotten" in scene.stage.row("c1")) == ([], False)
    seen: list[bool] = []
    scene.meanwhile = lambda: seen.append("forgotten" in scene.stage.row("c1"))

    interruption.writes = None
    scene.forget()

    assert (scene.slept, seen) == ([65], [True])
