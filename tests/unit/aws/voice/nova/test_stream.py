"""A conversation over several streams of the model, with the model and the clock in the test's hands."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from functions.aws.voice.engines.nova.engine import Nova
from functions.aws.voice.engines.nova.stream import NovaStream
from functions.domain.refusals import Unavailable
from functions.domain.replies.prompt import Role, Turn
from functions.domain.voice.problems import CannotSpeakError
from functions.domain.voice.rotation import PAUSES, Lives
from functions.domain.voice.said import Broken, Failure, Interrupted, Opening, Said, Transcribed, TurnEnded
from tests.nova.fake.automaton import Asked, Over
from tests.nova.memory import Hands, Memory, settled
from tests.nova.saying import audio, content, text

RATE = 16_000
LIVES = Lives(early=36, late=44, last=47, spare=20, again=3, tick=1)
SOUND = [bytes([at, 64]) * (RATE // 10) for at in range(1, 50)]
"""Pieces of 100 ms, each another."""
PAUSE = [bytes(3_200)] * 10
WORDS = content("u", "USER", "TEXT", text("u", "Hello"), "END_TURN", stage="FINAL")
PLANNED = content("a1", "ASSISTANT", "TEXT", text("a1", "Good morning."), "PARTIAL_TURN", stage="SPECULATIVE")
SPOKEN = content("a2", "ASSISTANT", "AUDIO", audio("a2", b"\1\0"), "END_TURN")
FINAL = content("a3", "ASSISTANT", "TEXT", text("a3", "Good morning."), "END_TURN", stage="FINAL")
ANSWER = (*WORDS, *PLANNED, *SPOKEN, *FINAL)
TOLD = [("USER", "Hello"), ("ASSISTANT", "Good morning.")]


class ThrottlingException(Exception):  # noqa: N818 - named as the SDK names its own
    pass


class AccessDeniedException(Exception):  # noqa: N818 - likewise
    pass


class ValidationException(Exception):  # noqa: N818 - likewise
    pass


class Scene:
    """Somebody who speaks, the model, and the time."""

    def __init__(self) -> None:
        self.model = Memory()
        self.clock = Hands()
        self.engine = Nova(self.model.connect, model="m", voice="matthew", clock=self.clock, lives=LIVES)
        self.said: list[Said] = []
        self.stream: NovaStream

    async def open(self, **opening: object) -> None:
        self.stream = await self.engine.open(Opening(RATE, **opening))  # type: ignore[arg-type]  # any of its fields
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for each in self.stream.said():
            self.said.append(each)

    async def hear(self, *pieces: bytes) -> None:
        for each in pieces:
            await self.stream.hear(each)
        await settled()

    async def say(self, *events: bytes) -> None:
        self.model.streams[-1].say(*events)
        await settled()

    async def until_early(self) -> None:
        """Let time pass until the next stream is open, and has taken over if nobody speaks."""
        await self.clock.passes(LIVES.early + 2)

    async def close(self) -> None:
        await self.stream.close()
        await self._listening


def played(story: Callable[[Scene], Awaitable[None]], **opening: object) -> Scene:
    async def play() -> Scene:
        scene = Scene()
        await scene.open(**opening)
        await story(scene)
        await scene.close()
        return scene

    return asyncio.run(play())


def test_what_is_heard_is_sent_at_once() -> None:
    async def story(scene: Scene) -> None:
        await scene.hear(*SOUND[:3])

    assert played(story).model.streams[0].heard == SOUND[:3]


def test_where_nobody_speaks_the_next_stream_takes_over_early() -> None:
    async def story(scene: Scene) -> None:
        await scene.hear(SOUND[0], *PAUSE)
        await scene.say(*ANSWER)
        await scene.until_early()
        await scene.hear(SOUND[1])

    first, second = played(story).model.streams

    assert first.taken[-1] == Over()
    assert second.automaton.told == TOLD
    assert second.heard == [SOUND[1]]


def test_who_speaks_is_waited_for_and_then_said_again() -> None:
    async def story(scene: Scene) -> None:
        for each in SOUND[:44]:
            await scene.hear(each)
            assert not scene.model.streams[-1].heard or len(scene.model.streams) == 1
            await scene.clock.passes(1)
        await scene.clock.passes(1)
        await scene.hear(SOUND[44])

    first, second = played(story).model.streams

    assert first.heard == SOUND[:44]
    assert second.heard == SOUND[:45]


def test_a_question_that_waits_for_its_answer_is_asked_again() -> None:
    async def story(scene: Scene) -> None:
        await scene.hear(SOUND[0], *PAUSE)
        await scene.say(*WORDS)
        await scene.clock.passes(LIVES.late + 2)

    scene = played(story)

    assert Asked("Hello") in scene.model.streams[-1].taken
    assert scene.model.streams[-1].heard == []
    assert scene.said == [Transcribed(Role.USER, "Hello", final=True)]


def test_the_assistant_is_not_cut_short_before_the_last_moment() -> None:
    async def story(scene: Scene) -> None:
        await scene.say(*PLANNED, *SPOKEN[:2])
        await scene.clock.passes(LIVES.last - 2)
        assert Interrupted() not in scene.said
        scene.model.streams[0].say(*SPOKEN[2:], *FINAL)
        await settled()
        await scene.clock.passes(3)

    scene = played(story)

    assert scene.said[-1] == TurnEnded(Role.ASSISTANT)
    assert scene.model.streams[0].taken[-1] == Over()


def test_what_one_stream_still_says_is_not_heard_after_the_next_took_over() -> None:
    async def story(scene: Scene) -> None:
        await scene.until_early()
        scene.model.streams[0].say(*ANSWER)
        await settled()

    assert played(story).said == []


def test_a_next_stream_that_cannot_be_opened_is_tried_again() -> None:
    async def story(scene: Scene) -> None:
        scene.model.refusals = [ThrottlingException()]
        await scene.until_early()
        assert len(scene.model.streams) == 1
        await scene.clock.passes(LIVES.again + 2)

    assert len(played(story).model.streams) == 2


def test_a_break_is_not_heard() -> None:
    async def story(scene: Scene) -> None:
        await scene.hear(SOUND[0])
        await scene.say(*ANSWER)
        await scene.hear(SOUND[1])
        scene.model.streams[0].fail(ThrottlingException())
        await settled()
        await scene.hear(SOUND[2])
        await scene.clock.passes(1)
        await scene.hear(SOUND[3])

    scene = played(story)

    assert scene.model.streams[1].automaton.told == TOLD
    assert scene.model.streams[1].heard[-3:] == SOUND[1:4]
    assert not any(isinstance(each, Broken | Interrupted) for each in scene.said)


def test_an_answer_that_is_broken_off_is_asked_for_again() -> None:
    async def story(scene: Scene) -> None:
        await scene.hear(SOUND[0], *PAUSE)
        await scene.say(*WORDS, *PLANNED, *SPOKEN[:2])
        scene.model.streams[0].fail()
        await scene.clock.passes(1)

    scene = played(story)

    assert scene.said[-1] == Interrupted()
    assert scene.model.streams[1].automaton.told == []
    assert Asked("Hello") in scene.model.streams[1].taken


def test_what_cannot_be_opened_again_is_given_up_after_some_tries() -> None:
    async def story(scene: Scene) -> None:
        scene.model.refusals = [ThrottlingException() for _ in range(9)]
        scene.model.streams[0].fail()
        await scene.clock.passes(sum(PAUSES) + 1)

    scene = played(story)

    assert scene.said == [Broken(Failure.THROTTLED, "ThrottlingException")]
    assert len(scene.model.refusals) == 9 - len(PAUSES)


def test_what_will_never_do_is_given_up_at_once() -> None:
    async def story(scene: Scene) -> None:
        scene.model.streams[0].fail(AccessDeniedException("No access"))
        await settled()

    scene = played(story)

    assert scene.said == [Broken(Failure.MISCONFIGURED, "AccessDeniedException: No access")]
    assert scene.model.streams[0].closed


def test_a_named_voice_that_is_rejected_before_it_spoke_gives_way_to_the_usual_one() -> None:
    async def story(scene: Scene) -> None:
        await scene.hear(SOUND[0], *PAUSE)
        await scene.say(*WORDS)
        scene.model.streams[0].fail(ValidationException("voiceId"))
        await scene.clock.passes(1)

    scene = played(story, voice="amy")

    assert scene.model.voices == ["amy", "matthew"]
    assert Asked("Hello") in scene.model.streams[1].taken
    assert not any(isinstance(each, Broken) for each in scene.said)


@pytest.mark.parametrize(("voice", "streams"), [(None, 1), ("matthew", 1), ("amy", 2)])
def test_the_usual_voice_is_rejected_once(voice: str | None, streams: int) -> None:
    async def story(scene: Scene) -> None:
        scene.model.streams[0].fail(ValidationException())
        await scene.clock.passes(1)
        scene.model.streams[-1].fail(ValidationException())
        await scene.clock.passes(sum(PAUSES))

    scene = played(story, voice=voice)

    assert scene.said == [Broken(Failure.REJECTED, "ValidationException")]
    assert len(scene.model.streams) == streams


def test_what_is_rejected_after_a_named_voice_has_spoken_is_no_matter_of_the_voice() -> None:
    async def story(scene: Scene) -> None:
        await scene.say(*ANSWER)
        scene.model.streams[0].fail(ValidationException())
        await scene.clock.passes(1)

    scene = played(story, voice="amy")

    assert scene.said[-1] == Broken(Failure.REJECTED, "ValidationException")
    assert scene.model.voices == ["amy"]


def test_a_spare_stream_takes_over_from_a_broken_one() -> None:
    async def story(scene: Scene) -> None:
        await scene.say(*PLANNED, *SPOKEN[:2])
        await scene.until_early()
        scene.model.streams[0].fail(ThrottlingException())
        await settled()
        await scene.hear(SOUND[0])

    first, second = played(story).model.streams

    assert first.closed
    assert second.heard == [SOUND[0]]


def test_a_spare_stream_is_not_listened_to() -> None:
    async def story(scene: Scene) -> None:
        await scene.say(*PLANNED, *SPOKEN[:2])
        await scene.until_early()
        scene.said.clear()
        scene.model.streams[1].say(*ANSWER)
        await settled()

    assert played(story).said == []


def test_a_spare_stream_that_breaks_is_opened_again() -> None:
    async def story(scene: Scene) -> None:
        await scene.say(*PLANNED, *SPOKEN[:2])
        await scene.until_early()
        scene.model.streams[1].fail()
        await settled()
        await scene.clock.passes(LIVES.again + 1)

    scene = played(story)

    assert len(scene.model.streams) == 3
    assert not any(isinstance(each, Broken) for each in scene.said)


def test_an_engine_says_whether_another_try_may_succeed() -> None:
    async def opened(error: Exception) -> None:
        scene = Scene()
        scene.model.refusals = [error]
        await scene.open()

    with pytest.raises(Unavailable):
        asyncio.run(opened(ThrottlingException()))
    with pytest.raises(CannotSpeakError):
        asyncio.run(opened(AccessDeniedException()))


def test_a_text_that_was_never_answered_is_asked_when_the_audio_has_begun() -> None:
    async def story(scene: Scene) -> None:
        await settled()

    scene = played(story, history=(Turn(Role.USER, "Hello"),))

    assert scene.model.streams[0].taken == [Asked("Hello"), Over()]


def test_a_text_that_another_stream_is_answering_is_told_and_not_asked() -> None:
    async def story(scene: Scene) -> None:
        await settled()

    (stream,) = played(story, history=(Turn(Role.USER, "Hello"),), goes_on=True).model.streams

    assert stream.taken == [Over()]
    assert stream.automaton.told == [("USER", "Hello")]


def test_after_its_end_a_stream_does_nothing() -> None:
    async def story(scene: Scene) -> None:
        await scene.stream.close()
        await scene.stream.close()
        await scene.stream.hear(SOUND[0])

    scene = played(story)

    assert scene.said == []
    assert scene.model.streams[0].heard == []
