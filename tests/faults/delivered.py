"""``python -m tests.faults.delivered``: how much of what was said reaches the screens of a lossy network.

One in ten posts is lost, and connections are cut while people talk. The screens keep to the client's rules.
"""

import logging
from itertools import cycle
from random import Random
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console

import tests.conftest  # noqa: F401 - the environment of the handlers
from functions.domain.log.ids import MINUTE
from tests.faults.kinds import CHANCES, Fault, Faults
from tests.faults.people import Person, report_ends
from tests.faults.settling import settle
from tests.faults.world import World

_SCREENS: Final = 2


class Delivered(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes
    ----------
    sent
        Texts that were acknowledged, once for each screen.
    shown
        Texts that screens show.
    twice
        Texts that a screen shows more than once.
    posts, lost
        How many frames were posted, and how many of them were lost.
    problems
        What else is wrong in the end.
    """

    sent: int
    shown: int
    twice: int
    posts: int
    lost: int
    problems: tuple[str, ...]


def deliver(texts: int, cuts: int, seed: int) -> Delivered:
    """Have one screen say texts and both show them, while their connections are cut in turn."""
    random = Random(seed)  # noqa: S311 - it must repeat
    world = World(seed, Faults(random, frozenset({Fault.POST_LOST})), random)
    world.is_answering = False
    screens = [Person(world, "ada", "talk") for _ in range(_SCREENS)]
    for screen in screens:
        screen.connect()
    cut_at = dict(zip(sorted(random.sample(range(texts), cuts)), cycle(screens), strict=False))
    for number in range(texts):
        if number in cut_at:
            cut_at[number].begin_anew()
            report_ends(world)
        speaker = next((screen for screen in screens if screen.is_open), screens[0])
        if not speaker.is_open:
            speaker.connect()
        speaker.say(f"text {number}")
        world.now += MINUTE // 4  # within what a user may say in a minute
        for screen in screens:
            if not screen.is_open and random.random() < 0.5:
                screen.connect()
            screen.look()
    problems = [problem.what for problem in settle(world, screens, speaks=False)]
    said = {entry.text for entry in world.ledger.entries if entry.type == "TextMessageReceived"}
    shown = [[text for _, _, text in screen.screen.shown()["session"]] for screen in screens]
    return Delivered(
        sent=len(said) * len(screens),
        shown=sum(len(said & set(each)) for each in shown),
        twice=sum(len(each) - len(set(each)) for each in shown),
        posts=len(world.gateway.told),
        lost=world.faults.injected[Fault.POST_LOST],
        problems=tuple(problems),
    )


def main(
    texts: Annotated[int, typer.Option(help="How many are said.")] = 200,
    cuts: Annotated[int, typer.Option(help="How often a connection is cut.")] = 20,
    seed: Annotated[int, typer.Option(help="Another seed loses others.")] = 0,
) -> None:
    """Say how much was delivered, and fail unless it was everything, once."""
    logging.disable()
    done = deliver(texts, cuts, seed)
    loss = f"{done.lost:,} frames lost ({CHANCES[Fault.POST_LOST]:.0%})"
    Console().print(
        f"{texts:,} texts to {_SCREENS} screens, {cuts} cuts, {loss}: "
        f"delivered ÷ sent {done.shown / done.sent:.3f}, shown twice {done.twice}",
        soft_wrap=True,
    )
    for problem in done.problems:
        Console().print(problem, markup=False)
    raise typer.Exit(1 if done.problems or done.twice or done.shown < done.sent else 0)


if __name__ == "__main__":
    typer.run(main)
