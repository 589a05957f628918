"""What single faults do to the screens of a conversation: each shows what was said, once and in order."""

import pytest

from functions.domain.log.ids import MINUTE
from tests.faults.delivered import deliver
from tests.faults.kinds import Fault
from tests.faults.people import Person, report_ends
from tests.faults.settling import settle
from tests.faults.world import World

_DAY = 24 * 60 * MINUTE


@pytest.fixture
def screens(world: World) -> list[Person]:
    """Two screens of one conversation, which are up to date."""
    people = [Person(world, "ada", "talk") for _ in range(2)]
    for person in people:
        person.connect()
        person.look()
    world.now += MINUTE
    return people


def said(person: Person) -> list[str | None]:
    return [text for _, _, text in person.screen.shown()["session"]]


def look(*people: Person) -> None:
    for _ in range(2):
        for person in people:
            person.look()


def test_both_screens_show_what_one_of_them_says(screens: list[Person]) -> None:
    screens[0].say("one")
    look(*screens)

    assert [said(screen) for screen in screens] == [["one"], ["one"]]


@pytest.mark.parametrize(
    ("fault", "operation"),
    [
        *((Fault.CRASH_BEFORE, "PutItem"), (Fault.CRASH_AFTER, "PutItem"), (Fault.ANSWER_LOST, "PutItem")),
        *((Fault.CRASH_BEFORE_POST, ""), (Fault.CRASH_AFTER_POST, ""), (Fault.UNANNOUNCED, "")),
        *((Fault.INVOKED_LATE, ""), (Fault.POST_LOST, ""), (Fault.CUT, "")),
    ],
)
def test_a_text_is_told_once_whatever_one_delivery_meets(
    world: World, screens: list[Person], fault: Fault, operation: str
) -> None:
    world.faults.order(fault, operation)

    screens[0].say("one")
    world.now += MINUTE
    world.heal()
    wrong = list(settle(world, screens, speaks=False))
    world.deliver_late()
    look(*screens)

    assert world.faults.injected[fault] == 1
    assert wrong == []
    assert [said(screen) for screen in screens] == [["one"], ["one"]]


def test_a_message_that_was_lost_is_asked_for_when_the_next_one_comes(
    world: World, screens: list[Person]
) -> None:
    world.faults.order(Fault.POST_LOST)
    screens[0].say("one")
    screens[0].say("two")

    look(*screens)

    assert [said(screen) for screen in screens] == [["one", "two"], ["one", "two"]]


def test_a_message_that_comes_twice_is_shown_once(world: World, screens: list[Person]) -> None:
    world.faults.order(Fault.POST_DOUBLED)
    screens[0].say("one")

    look(*screens)

    assert world.faults.injected[Fault.POST_DOUBLED] == 1
    assert [said(screen) for screen in screens] == [["one"], ["one"]]


def test_an_invocation_that_comes_again_posts_the_same_number(world: World, screens: list[Person]) -> None:
    world.faults.order(Fault.INVOKED_AGAIN)
    screens[0].say("one")
    screens[0].say("two")

    world.deliver_late()
    look(*screens)

    assert [said(screen) for screen in screens] == [["one", "two"], ["one", "two"]]


def test_who_comes_back_within_a_day_is_told_what_they_missed(world: World, screens: list[Person]) -> None:
    screens[0].say("one")
    look(*screens)
    screens[1].begin_anew()
    report_ends(world)
    screens[0].say("two")
    world.now += _DAY - 60 * MINUTE

    screens[1].connect()
    screens[1].look()

    assert said(screens[1]) == ["one", "two"]
    assert not any(b'"reset"' in data for to, data in world.gateway.told[-4:])


def test_who_comes_back_later_begins_anew_and_loads_the_history(world: World, screens: list[Person]) -> None:
    screens[0].say("one")
    look(*screens)
    screens[1].begin_anew()
    report_ends(world)
    screens[0].say("two")
    world.now += _DAY + 60 * MINUTE

    wrong = list(settle(world, screens[1:]))

    assert wrong == []
    assert said(screens[1])[:2] == ["one", "two"]
    assert any(b'"reset"' in data for _, data in world.gateway.told)


def test_another_device_shows_all_that_was_said(world: World, screens: list[Person]) -> None:
    screens[0].say("one")
    look(*screens)

    screens[1].change()
    wrong = list(settle(world, screens))

    assert wrong == []
    assert said(screens[1])[0] == "one"


def test_who_takes_a_session_whose_claim_is_lost_reads_nothing_of_it(
    world: World, screens: list[Person]
) -> None:
    screens[0].say("one")
    key = {"claim": {"S": "session#talk"}}
    world.calm.delete_item(TableName=world.tables.claims, Key=key)

    stranger = Person(world, "bob", "talk")
    wrong = list(settle(world, [*screens, stranger], speaks=False))

    assert wrong == []
    assert said(stranger) == [None]
    assert not any(b"one" in data for to, data in world.gateway.told if to == stranger.screen.line_id)


def test_every_text_is_shown_once_where_a_tenth_is_lost_and_connections_are_cut() -> None:
    done = deliver(texts=40, cuts=8, seed=1)

    assert done.lost > 5
    assert (done.shown, done.twice, done.problems) == (done.sent, 0, ())
