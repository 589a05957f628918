"""What breaks in the middle of a conversation is opened again, and nobody hears of it."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from functions.aws.voice.engines.nova.clock import Clock
from functions.aws.voice.engines.nova.wire import Patience
from functions.domain.replies.prompt import Role
from functions.domain.voice.rotation import Lives
from functions.domain.voice.said import Failure, Interrupted, Opening
from tests.nova.speaking import RATE, Faster, Speaker
from tests.nova.stage import shared

pytestmark = pytest.mark.timeout(5, func_only=True)

LIVES = Lives(pause=0.4, tick=0.01)
BRIEF = Patience(opening=1.0, sending=0.2, ending=0.2)
_stories = count()


def spoken(
    faults: str, story: Callable[[Speaker], Awaitable[None]], name: str = "", clock: Clock | None = None
) -> Speaker:
    """Play a story in front of a fake with faults."""
    name = name or f"fake.recovery-{next(_stories)}"

    async def play() -> Speaker:
        engine = shared().engine(f"{name}?{faults}", lives=LIVES, patience=BRIEF, clock=clock)
        speaker = Speaker(await engine.open(Opening(RATE)))
        listening = asyncio.create_task(speaker.listen())
        try:
            await story(speaker)
        finally:
            await speaker.stream.close()
        await listening
        return speaker

    return asyncio.run(play())


async def three(speaker: Speaker) -> None:
    for _ in range(3):
        await speaker.utter(2)


@pytest.mark.parametrize(
    "fault",
    [
        *("cut@1", "cut@3", "cut@10", "cut@14"),
        "end@3",
        "modelTimeoutException@14",
        "throttlingException@3",
        "modelStreamErrorException@10",
        "validationException@1",
        "serviceUnavailableException@3",
        "internalServerException@14",
    ],
)
def test_a_break_loses_nothing_and_doubles_nothing(fault: str) -> None:
    speaker = spoken(f"1:{fault}", three)

    speaker.assert_each_once()
    assert not speaker.broken


def test_a_stream_that_takes_nothing_more_is_given_up() -> None:
    speaker = spoken("1:stall@12", three)

    speaker.assert_each_once()
    assert not speaker.broken


def test_what_breaks_again_and_again_is_given_up() -> None:
    async def story(speaker: Speaker) -> None:
        while not speaker.broken:
            await speaker.hear(bytes(3_200))

    speaker = spoken("*:modelTimeoutException@1", story, clock=Faster(20))

    assert [each.failure for each in speaker.broken] == [Failure.TIMED_OUT]
    assert speaker.said[-1] == speaker.broken[0]


def test_what_is_broken_off_is_answered_anew_and_whole() -> None:
    name = "fake.recovery-anew"

    async def story(speaker: Speaker) -> None:
        await speaker.utter(20)

    # the twenty pieces and the pause after them, and then while it speaks
    speaker = spoken("1:modelStreamErrorException@27", story, name)

    assert speaker.words(Role.USER) == speaker.words(Role.ASSISTANT)
    assert speaker.said.count(Interrupted()) == 1
    assert [each["text"] for each in shared().seen(name, "asked")] == [" ".join(map(str, speaker.sent))]


def test_the_next_stream_is_told_what_was_said() -> None:
    name = "fake.recovery-told"

    spoken("1:throttlingException@22", three, name)

    told = shared().seen(name, "ended")[-1]["told"]
    assert told[:2] == [["USER", "1001 1002"], ["ASSISTANT", "1001 1002"]]
