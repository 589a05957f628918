"""What single faults do to replies: each text has one, and every screen shows it, whoever died on the way."""

import json

import pytest

from functions.domain.log.ids import MINUTE
from tests.faults.equality import scan
from tests.faults.kinds import Fault
from tests.faults.people import Person
from tests.faults.scenes import settled
from tests.faults.settling import settle
from tests.faults.stream import Stream
from tests.faults.world import World

_ASKED = "[say 3] one"
_REPLY = "1 2 3"


@pytest.fixture
def screens(world: World) -> list[Person]:
    """Two screens of one conversation whose texts are answered, and which are up to date."""
    world.is_answering = True
    people = [Person(world, "ada", "talk") for _ in range(2)]
    for person in people:
        person.connect()
        person.look()
    world.now += MINUTE
    return people


def said(person: Person) -> list[str | None]:
    return [text for _, _, text in person.screen.shown()["session"]]


def outcomes(world: World) -> int:
    events = scan(world, world.tables.events)
    return sum(item["type"]["S"] in {"ReplyCompleted", "ReplyFailed"} for item in events)


def test_both_screens_show_the_question_and_its_reply(world: World, screens: list[Person]) -> None:
    screens[0].say(_ASKED)
    world.deliver()
    for screen in screens:
        screen.look()

    assert [said(screen) for screen in screens] == [[_ASKED, _REPLY], [_ASKED, _REPLY]]


def answered(world: World, stream: Stream, screens: list[Person]) -> None:
    """Have a text said, and see that it is answered once on every screen, whatever goes wrong."""
    screens[0].say(_ASKED)
    world.heal()
    wrong = list(settle(world, screens, speaks=False))

    assert world.faults.injected.total() == 1
    assert [*wrong, *settled(world, stream)] == []
    assert outcomes(world) == 1
    assert [said(screen) for screen in screens] == [[_ASKED, _REPLY], [_ASKED, _REPLY]]


_WRITES = {
    "the lease": ("UpdateItem", 0),
    "the number of the question": ("PutItem", 0),
    "the outcome": ("TransactWriteItems", 1),  # the text is the first
    "the number of the outcome": ("PutItem", 1),
    "the number that is kept": ("UpdateItem", 1),
}


@pytest.mark.parametrize(
    "fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.ANSWER_LOST, Fault.BROKEN_AFTER, Fault.LATE]
)
@pytest.mark.parametrize("write", _WRITES)
def test_a_text_has_one_reply_whatever_a_write_of_its_responder_meets(
    world: World, stream: Stream, screens: list[Person], fault: Fault, write: str
) -> None:
    operation, after = _WRITES[write]
    world.faults.order(fault, operation, after=after)

    answered(world, stream, screens)


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault.CRASH_BEFORE_POST, Fault.CRASH_AFTER_POST, Fault.POST_LOST, Fault.POST_LATE),
        *(Fault.POST_DOUBLED, Fault.CUT, Fault.GONE, Fault.CALLBACK_LATE),
    ],
)
@pytest.mark.parametrize("post", range(6))
def test_a_text_has_one_reply_whatever_a_post_of_its_responder_meets(
    world: World, stream: Stream, screens: list[Person], fault: Fault, post: int
) -> None:
    world.faults.order(fault, after=post)

    answered(world, stream, screens)


@pytest.mark.parametrize("fault", [Fault.UNANNOUNCED, Fault.INVOKED_AGAIN, Fault.REPEATED])
def test_a_text_has_one_reply_however_often_its_responder_is_invoked(
    world: World, stream: Stream, screens: list[Person], fault: Fault
) -> None:
    world.faults.order(fault)

    answered(world, stream, screens)


def test_a_screen_that_comes_in_the_middle_sees_the_reply_from_its_beginning(
    world: World, screens: list[Person]
) -> None:
    screens[1].begin_anew()
    world.turns.run(lambda: screens[0].say("[say 40] one"), screens[1].connect)

    first = next(
        json.loads(data)
        for to, data in world.gateway.told
        if to == screens[1].screen.line_id and b"text_delta" in data
    )

    assert first["data"]["offset"] == 0
    assert list(settle(world, screens)) == []
