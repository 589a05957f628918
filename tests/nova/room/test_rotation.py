"""One conversation over many streams of the model, through TLS and the SDK: nothing lost, nothing twice."""

import asyncio
from itertools import count
from random import Random

import pytest

from functions.domain.voice.rotation import Lives
from functions.domain.voice.said import Interrupted, Opening
from tests.nova.speaking import RATE, Speaker
from tests.nova.stage import shared

pytestmark = pytest.mark.timeout(60, func_only=True)  # ten rotations take seconds, and more on a busy machine

ROTATIONS = 10
LIVES = Lives(early=0.6, late=1.2, last=6, spare=1, again=0.05, pause=0.4, tick=0.01)
_stories = count()


@pytest.mark.parametrize("longest", [3, 15])
def test_ten_rotations_lose_nothing_and_double_nothing(longest: int) -> None:
    story = f"fake.rotation-{next(_stories)}"

    async def play() -> Speaker:
        stream = await shared().engine(story, lives=LIVES).open(Opening(RATE))
        speaker = Speaker(stream)
        listening = asyncio.create_task(speaker.listen())
        chance = Random(longest)  # noqa: S311 - no secret
        try:
            while len(shared().seen(story, "ended")) < ROTATIONS:
                await speaker.utter(chance.randint(1, longest))
        finally:
            await stream.close()
        await listening
        return speaker

    speaker = asyncio.run(play())

    speaker.assert_each_once()
    # who halts in mid-sentence is answered meanwhile, and breaks in by going on
    assert Interrupted() not in speaker.said or speaker.longest_pause > LIVES.pause
    assert {each["how"] for each in shared().seen(story, "ended")} == {"in peace"}
