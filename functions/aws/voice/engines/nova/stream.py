"""A conversation with Nova 2 Sonic, over as many of the model's streams as it takes."""

from collections.abc import AsyncIterator
from typing import Final

from functions.aws.voice.engines.nova import events
from functions.aws.voice.engines.nova.clock import Clock
from functions.aws.voice.engines.nova.failures import Break
from functions.aws.voice.engines.nova.sayings import Sayings
from functions.aws.voice.engines.nova.succession import OpenWire, Succession
from functions.aws.voice.engines.nova.turns import Turns
from functions.aws.voice.engines.nova.wire import Wire
from functions.domain.replies.prompt import Role
from functions.domain.voice.lulls import Lull
from functions.domain.voice.recalled import Recalled
from functions.domain.voice.rotation import Lives
from functions.domain.voice.said import Broken, Interrupted, Opening, Said, Transcribed, TurnEnded
from functions.domain.voice.unanswered import Unanswered

_SAMPLE_BYTES: Final = 2


class NovaStream:
    """One conversation by speech; `functions.aws.voice.engines.engine.SpeechStream` says what each does.

    Parameters
    ----------
    open_wire
        Opens a stream of the model, which has been told how to speak and nothing else.
    opening
        What the conversation begins with.
    clock, lives
        How time passes, and how long the model's streams live.
    """

    sample_rate = events.OUTPUT_RATE

    def __init__(self, open_wire: OpenWire, opening: Opening, *, clock: Clock, lives: Lives) -> None:
        self._rate = opening.sample_rate
        self._clock = clock
        self._lives = lives
        self._sayings = Sayings()
        self._turns = Turns()
        self._recalled = Recalled(opening.history, is_answered=opening.goes_on)
        self._unanswered = Unanswered(opening.sample_rate, lives.pause)
        self._lull = Lull(clock.now())
        self._streams = Succession(open_wire, self, clock, lives)
        self._over = False

    async def begin(self) -> None:
        """Open the first of the model's streams; an `OpeningError` if it cannot be opened."""
        await self._streams.begin()
        self._passing_time = self._streams.work(self._pass_time())

    async def hear(self, audio: bytes, /) -> None:
        """Take the person's audio."""
        if self._over:
            return
        self._unanswered.add(audio)
        self._lull.begin(self._clock.now())
        if self._streams.current is not None:
            self._streams.current.put_audio(audio)

    def said(self) -> AsyncIterator[Said]:
        """Give what comes of it."""
        return self._sayings

    async def close(self) -> None:
        """End all of it."""
        if not self._over:
            self._over = True
            self._sayings.end()
            self._passing_time.cancel()
        await self._streams.close()

    def resume(self, wire: Wire, /) -> None:
        """Tell a stream of the model what was said, and say again what nobody has answered."""
        history, question = self._recalled.told(goes_on=self._unanswered.spoken)
        wire.put(events.history(wire.prompt, history))
        wire.start_audio(self._rate)
        if question is not None:
            wire.put(events.question(wire.prompt, question))
        for piece in self._unanswered.pieces:
            wire.put_audio(piece)
        self._lull.begin(self._clock.now())

    def leave(self) -> None:
        """Give up what the model was saying: what is broken off is forgotten, and asked for again."""
        said = self._turns.leave()
        self._say(said)
        if Interrupted() in said:
            self._recalled.forget_answer()

    def heard(self, event: bytes, /) -> None:
        """Take an event of the model."""
        before = self._turns.answering
        said = self._turns.read(event)
        if self._turns.answering and not before:
            self._recalled.begin_answer()
        self._say(said)

    def end(self, why: Break | Exception, /) -> None:
        """Say that it is over, and why; a fault of ours is raised."""
        if self._over:
            return
        self._over = True
        if isinstance(why, Break):
            self._sayings.put(Broken(why.failure, why.detail))
            self._sayings.end()
        else:
            self._sayings.end(why)

    def _say(self, said: list[Said]) -> None:
        for each in said:
            match each:
                case Transcribed(role=Role.USER, text=text):
                    self._unanswered.understood()
                    self._recalled.add(Role.USER, text)
                case Transcribed(role=Role.ASSISTANT, text=text, final=True):
                    self._recalled.add(Role.ASSISTANT, text)
                case TurnEnded(role=Role.ASSISTANT):
                    self._recalled.end_answer()
            self._sayings.put(each)

    async def _pass_time(self) -> None:
        while not self._over:
            await self._clock.sleep(self._lives.tick)
            samples = int(self._lull.due(self._clock.now()) * self._rate)
            if samples and self._streams.current is not None:
                self._streams.current.put_audio(bytes(_SAMPLE_BYTES * samples))
            self._streams.rotate(
                asking=self._recalled.asked or self._unanswered.spoken, answering=self._turns.answering
            )
