"""What people speak with: the same cases on every engine of `tests/contract/speech_engines.py`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from functions.aws.voice.engines.engine import SpeechEngine, SpeechStream
from functions.domain.refusals import Unavailable
from functions.domain.replies.prompt import Role, Turn
from functions.domain.voice.problems import CannotSpeakError
from functions.domain.voice.said import Broken, Interrupted, Said, Spoke, Transcribed, TurnEnded
from tests.contract.speaking import (
    Listener,
    audio,
    ended,
    hear,
    is_interrupted,
    opening,
    silence,
    sound,
    speaks,
    words,
)
from tests.contract.speech_engines import SPEECH_ENGINES, Served, Stage

pytestmark = [
    pytest.mark.timeout(5, func_only=True),
    pytest.mark.parametrize("served", SPEECH_ENGINES.values(), ids=SPEECH_ENGINES.keys()),
]

BOTH: Final = ended(Role.USER, Role.ASSISTANT)
UTTERANCE: Final = sound() + silence(0.7)
LONG: Final = sound(2.5) + silence(0.8)
"""An utterance whose answer is not over when the next one comes."""
HISTORY: Final = (
    Turn(Role.USER, "I wrote to you. " * 100),
    Turn(Role.ASSISTANT, "So you did. " * 100),
)


def on(served: Served, story: Callable[[Stage], Awaitable[None]]) -> None:
    """Play a story, in a loop of its own."""

    async def play() -> None:
        async with served() as stage:
            await story(stage)

    asyncio.run(play())


async def opened(engine: SpeechEngine, **changes: Any) -> SpeechStream:
    async with asyncio.timeout(5):
        return await engine.open(opening(**changes))


async def closed(stream: SpeechStream) -> None:
    async with asyncio.timeout(2):
        await stream.close()


def test_an_engine_says_who_speaks_and_how_it_sounds(served: Served) -> None:
    async def story(stage: Stage) -> None:
        for rate in (8_000, 16_000, 24_000):
            stream = await opened(stage.usual, sample_rate=rate)
            assert stream.sample_rate in {8_000, 16_000, 24_000}
            await closed(stream)
        assert stage.usual.model

    on(served, story)


def test_what_was_said_is_transcribed_and_answered(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)
        listener = Listener(stream)

        await hear(stream, UTTERANCE)
        said = await listener.until(BOTH)

        assert words(said, Role.USER)
        assert words(said, Role.ASSISTANT)
        assert audio(said)
        assert all(each.audio and len(each.audio) % 2 == 0 for each in said if isinstance(each, Spoke))
        await closed(stream)

    on(served, story)


def test_a_turn_ends_after_its_words_and_its_audio(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)
        listener = Listener(stream)

        await hear(stream, UTTERANCE)
        await listener.until(BOTH)

        for role in Role:
            end = listener.said.index(TurnEnded(role))
            assert words(listener.said[:end], role) == words(listener.said, role)
        assert audio(listener.said[: listener.said.index(TurnEnded(Role.ASSISTANT))]) == audio(listener.said)
        await closed(stream)

    on(served, story)


def test_silence_is_no_turn(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)
        listener = Listener(stream)

        await hear(stream, silence(3.0) + UTTERANCE)
        await listener.until(BOTH)

        assert listener.said.count(TurnEnded(Role.USER)) == 1
        assert listener.said.count(TurnEnded(Role.ASSISTANT)) == 1
        await closed(stream)

    on(served, story)


def test_turns_follow_each_other(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)
        listener = Listener(stream)

        for _ in range(2):
            await hear(stream, UTTERANCE)
            await listener.until(BOTH)

        assert listener.said.count(TurnEnded(Role.USER)) == 2
        assert listener.said.count(TurnEnded(Role.ASSISTANT)) == 2
        assert Interrupted() not in listener.said
        await closed(stream)

    on(served, story)


def test_who_speaks_while_the_assistant_does_interrupts_it(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)
        listener = Listener(stream)
        await hear(stream, LONG)
        await listener.until(lambda said: speaks(said) and ended(Role.USER)(said))

        await hear(stream, sound(0.3))
        said = await listener.until(is_interrupted)

        assert TurnEnded(Role.ASSISTANT) not in said  # an interruption is the end of its turn
        await closed(stream)

    on(served, story)


def test_who_has_interrupted_is_answered(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)
        listener = Listener(stream)
        await hear(stream, LONG)
        await listener.until(lambda said: speaks(said) and ended(Role.USER)(said))

        await hear(stream, UTTERANCE)
        await listener.until(is_interrupted)
        said = await listener.until(BOTH)

        assert words(said, Role.USER)
        assert audio(said)
        await closed(stream)

    on(served, story)


def test_an_engine_may_be_told_what_was_said_before(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual, system="Be kind.", history=HISTORY * 5)
        listener = Listener(stream)

        await hear(stream, UTTERANCE)
        said = await listener.until(BOTH)

        assert words(said, Role.ASSISTANT)
        await closed(stream)

    on(served, story)


def test_streams_of_one_engine_know_nothing_of_each_other(served: Served) -> None:
    async def story(stage: Stage) -> None:
        streams = [await opened(stage.usual) for _ in range(3)]
        listeners = [Listener(stream) for stream in streams]

        await hear(streams[1], UTTERANCE)
        await listeners[1].until(BOTH)
        await closed(streams[1])
        await hear(streams[2], UTTERANCE)
        await listeners[2].until(BOTH)

        await closed(streams[0])
        assert await listeners[0].to_its_end() == []
        await closed(streams[2])

    on(served, story)


def test_who_gives_up_waiting_misses_nothing(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)
        coming = stream.said()
        said: list[Said] = []

        async def listen() -> None:
            waiting = asyncio.ensure_future(anext(coming))
            await asyncio.wait({waiting}, timeout=0.001)
            waiting.cancel()
            await asyncio.wait({waiting})
            if not waiting.cancelled():
                said.append(waiting.result())

        await hear(stream, UTTERANCE)
        while not BOTH(said):
            await listen()

        assert words(said, Role.USER)
        assert words(said, Role.ASSISTANT)
        assert audio(said)
        await closed(stream)

    on(served, story)


def test_who_is_not_listened_to_can_still_speak(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)

        for _ in range(20):
            await hear(stream, sound(1.0))

        await closed(stream)

    on(served, story)


@pytest.mark.parametrize("heard", [b"", silence(1.0), sound(0.3), UTTERANCE, LONG])
def test_a_stream_is_closed_in_any_state_and_comes_to_an_end(served: Served, heard: bytes) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)
        listener = Listener(stream)
        listening = asyncio.ensure_future(listener.to_its_end())
        await hear(stream, heard)

        await closed(stream)
        await closed(stream)
        async with asyncio.timeout(1):
            said = await listening
            await stream.hear(sound())

        assert not any(isinstance(each, Broken) for each in said)
        assert await listener.to_its_end() == said

    on(served, story)


def test_a_stream_that_breaks_says_so_and_nothing_after_it(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.breaking)
        listener = Listener(stream)

        await hear(stream, UTTERANCE)
        said = await listener.to_its_end()

        assert [each for each in said if isinstance(each, Broken)] == [said[-1]]
        await hear(stream, UTTERANCE)
        assert await listener.to_its_end() == said
        await closed(stream)

    on(served, story)


def test_a_stream_that_broke_unheard_is_closed(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.breaking)
        await hear(stream, UTTERANCE)

        await closed(stream)

    on(served, story)


def test_what_cannot_be_opened_now_is_unavailable(served: Served) -> None:
    async def story(stage: Stage) -> None:
        with pytest.raises(Unavailable):
            await opened(stage.away)

    on(served, story)


def test_what_can_never_be_opened_says_why(served: Served) -> None:
    async def story(stage: Stage) -> None:
        with pytest.raises(CannotSpeakError) as told:
            await opened(stage.refusing)

        assert told.value.failure

    on(served, story)


def test_words_that_are_not_final_are_only_shown(served: Served) -> None:
    async def story(stage: Stage) -> None:
        stream = await opened(stage.usual)
        listener = Listener(stream)

        await hear(stream, LONG)
        said = await listener.until(ended(Role.USER))

        heard = [each for each in said if isinstance(each, Transcribed) and each.role is Role.USER]
        assert heard[-1].final
        await closed(stream)

    on(served, story)
