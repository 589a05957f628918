"""Lets every device come to rest, and sees that each shows what its feeds say, no more and no less."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from functions.domain.log.ids import MINUTE
from tests.faults.equality import scan
from tests.faults.people import Person
from tests.faults.problems import Item, Problem
from tests.faults.resumes import feeds_of
from tests.faults.screens import Screen, Shown
from tests.faults.telling import feeds_of_world, over, says
from tests.faults.world import World

_RACES: Final = 2
_MOST_STEPS: Final = 60
_STEP_MILLISECONDS: Final = 11_000
"""Longer than a device waits for an answer."""


def settle(world: World, people: Iterable[Person], *, speaks: bool = True) -> Iterator[Problem]:
    """Yield what is wrong with devices after a history, while nothing goes wrong any more.

    First by the rules that say when something is missing, which must be enough where nothing was lost; then
    by a repair; then, where somebody speaks, for what is said now, which comes by itself, also to who comes
    back at that moment.
    """
    was_calm, world.faults.calm = world.faults.calm, True
    people = sorted(people, key=lambda person: (person.conversation[0], person.conversation[1] or ""))
    for person in people:
        yield from _settled(world, person)
    if world.faults.lost_nothing:
        yield from _compared(world, people, "though nothing was lost, before any repair")
    for person in people:
        for _ in person.screens:  # a device that was put away comes back
            if len(person.screens) > 1:
                person.change()
            yield from _settled(world, person)
            person.screen.repair()
            yield from _settled(world, person)
            yield from _compared(world, [person], "in the end")
    if speaks:
        yield from _live(world, people)
    world.faults.calm = was_calm


def _settled(world: World, person: Person) -> Iterator[Problem]:
    """Have the device in use do what its rules say, until it asks for nothing more."""
    for _ in range(_MOST_STEPS):
        if not person.is_open:
            person.connect()
            if not person.is_open:
                return  # the session is somebody else's
        person.look()
        if person.screen.is_quiet and not person.has_mail:
            return
        if not person.has_mail:
            world.now += _STEP_MILLISECONDS
    yield Problem("device", f"a device of {person.conversation} never comes to rest")


def _compared(world: World, people: Iterable[Person], when: str) -> Iterator[Problem]:
    feeds = feeds_of_world(world)
    items = [
        item
        for item in scan(world, world.tables.events)
        if "user_id" in item and int(item["expires_at"]["N"]) * 1000 > world.now
    ]
    ended = over(items, world.now)
    for person in people:
        if person.is_open:
            world.compared += 1
            yield from _differences(person.screen, person.conversation[0], feeds, items, ended, when)


def _differences(
    screen: Screen,
    user: str,
    feeds: dict[str, dict[int, Item]],
    items: list[Item],
    ended: frozenset[str],
    when: str,
) -> Iterator[Problem]:
    if screen.line is None:
        return
    for name, feed in feeds_of(screen.line).items():
        shown = _without(ended, screen.shown()[name])
        due = _without(ended, says(feeds.get(feed, {}), items, user))
        if shown != due:
            yield Problem("device", f"{user} is shown {_short(shown)}, and {feed} says {_short(due)} {when}")


def _without(ended: frozenset[str], shown: Shown) -> Shown:
    """Return what is shown but for the words of what is over: who was there in time has them still."""
    return [(seq, id_, None if id_ in ended else text) for seq, id_, text in shown]


def _short(shown: list[tuple[int, str, str | None]]) -> list[tuple[int, str, str | None]]:
    return [(seq, id_, text if text is None else text[:20]) for seq, id_, text in shown]


def _live(world: World, people: list[Person]) -> Iterator[Problem]:
    """Say something in each conversation: whoever is there is told of it without asking."""
    for (user, session), group in groupby(people, key=lambda person: person.conversation):
        together = list(group) if session else []
        for alone in () if session else group:
            yield from _told(world, [alone], user)
        if together:
            yield from _told(world, together, user)
        if len(together) > 1:
            for _ in range(_RACES):
                yield from _raced(world, *together[:2])


def _raced(world: World, speaker: Person, other: Person) -> Iterator[Problem]:
    """Say something while another screen of the conversation comes back."""
    if not (speaker.is_open and other.is_open):
        return
    other.begin_anew()
    world.now += MINUTE
    words = f"raced {world.number()} of {speaker.conversation[0]}"
    world.turns.run(lambda: _speak(world, speaker, words), other.connect)
    yield from _settled(world, speaker)
    yield from _settled(world, other)
    yield from _compared(world, [speaker, other], "as one came back")


def _speak(world: World, person: Person, words: str) -> None:
    person.say(f"[say 5] {words}" if world.is_answering else words)
    world.deliver()


def _told(world: World, people: list[Person], user: str) -> Iterator[Problem]:
    for person in people:
        if world.random.random() < 0.5:  # also who has only just come
            person.begin_anew()
            yield from _settled(world, person)
    world.now += MINUTE  # and may say something again
    speaker = next((person for person in people if person.is_open), None)
    if speaker is None:
        return
    if world.gateway.is_relieved:  # what it is too busy for comes by the queue
        for person in people:
            world.gateway.keep_busy(str(person.screen.line_id))
    _speak(world, speaker, f"live {world.number()} of {user}")
    while world.jobs.waiting:
        world.work_off()
    world.gateway.busy.clear()
    for person in people:
        for _ in range(2):
            person.screen.look()
    yield from _compared(world, people, "by itself")
