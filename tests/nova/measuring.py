"""``python -m tests.nova.measuring``: what rotations lose, double and delay, as JSON.

A speaker says numbered pieces to the engine and its fake, ten times as fast as anybody speaks, through ten
rotations, some of them in the middle of what they say; and then again without any, for comparison.
"""

import asyncio
import json
import logging
import os
import sys
from collections import Counter
from random import Random
from typing import Final

from functions.domain.replies.prompt import Role
from functions.domain.voice.rotation import Lives
from functions.domain.voice.said import Opening
from tests.nova.speaking import RATE, Speaker
from tests.nova.stage import shared

ROTATIONS: Final = 10
UTTERANCES: Final = 12
LONGEST: Final = 15
"""Pieces of an utterance."""
ROTATING: Final = Lives(early=0.25, late=0.35, last=3, spare=1, again=0.05, pause=0.4, tick=0.01)


async def spoken(story: str, lives: Lives) -> Speaker:
    """Speak until there were enough utterances, and rotations if there are any."""
    speaker = Speaker(await shared().engine(story, lives=lives).open(Opening(RATE)))
    listening = asyncio.create_task(speaker.listen())
    chance = Random(1)  # noqa: S311 - no secret
    rotations = ROTATIONS if lives is ROTATING else 0
    try:
        while len(speaker.stalls) < UTTERANCES or len(shared().seen(story, "ended")) < rotations:
            await speaker.utter(chance.randint(1, LONGEST))
    finally:
        await speaker.stream.close()
    await listening
    return speaker


def main() -> None:
    """Measure."""
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")  # the fake's
    logging.disable()
    rotating = asyncio.run(spoken("fake.measuring", ROTATING))
    steady = asyncio.run(spoken("fake.steady", Lives(pause=0.4, tick=0.01)))
    sent, answered = Counter(rotating.sent), rotating.words(Role.ASSISTANT)
    told = {
        "rotations": len(shared().seen("fake.measuring", "ended")),
        "pieces": len(rotating.sent),
        "lost": (sent - answered).total(),
        "doubled": (answered - sent).total(),
        "longest": max(rotating.stalls),
        "longest_without": max(steady.stalls),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
