"""What is heard and said in one generation of a voice session, once its engine listens."""

import asyncio
from typing import Final

from functions.aws.voice.engines.engine import SpeechStream
from functions.domain.voice.channels import (
    EndAsked,
    Granted,
    Heard,
    ListenAsked,
    OnChannel,
    PlayedUpTo,
    ReadyAsked,
    Released,
    Taken,
)
from functions.domain.voice.endings import Reason, Totals
from functions.domain.voice.said import Broken, Failure, Said
from functions.domain.voice.silence import Silence
from functions.domain.voice.starts import Start
from functions.operations.voice.hearing import Hearing
from functions.operations.voice.means import Means
from functions.operations.voice.saying import Saying
from functions.operations.voice.uttering import Uttering

TICK_SECONDS: Final = 0.05
NOTHING_BEFORE: Final = Released(0, 0, 0, 0, 0, 0)
"""Where the first generation begins."""


class Session:
    """One generation: it hears from a frame on, and speaks once it knows where the one before has ended.

    Parameters
    ----------
    first
        The number of the first frame that is its own.

    Attributes
    ----------
    hearing, saying
        What comes in, and what goes out.
    outcome
        Gets the reason when the session ends; None when the next generation goes on with it.
    ended_by
        Who asked for the end, if a client did.
    is_giving
        Whether what follows is the next generation's.
    """

    def __init__(self, means: Means, start: Start, stream: SpeechStream, first: int = 0) -> None:
        self._means = means
        self._start = start
        self._before: Released | None = None
        self._early: list[OnChannel] = []
        self._unsaid: list[Said] = []
        self._silence = Silence(means.manner.grace_seconds)
        self.hearing = Hearing(stream, first, start.sample_rate, means.now())
        self._uttering = Uttering(means, stream, self.hearing)
        self.saying = Saying(means, start, stream.sample_rate)
        self.outcome: asyncio.Future[Reason | None] = asyncio.get_running_loop().create_future()
        self.ended_by: EndAsked | None = None
        self.is_giving = False

    def adopt(self, before: Released) -> None:
        """Go on where the generation before has ended: from now on it speaks, and may end."""
        self._before = before
        self.saying.adopt(before)
        self._silence.broken(self._means.now() if before.heard_at is None else before.heard_at)
        early, unsaid = self._early, self._unsaid
        self._early, self._unsaid = [], []
        for message in (*early, *([before.end] if before.end else [])):
            self.hear(message)
        for said in unsaid:
            self.say(said)

    def finish(self, reason: Reason | None) -> None:
        """Let it be over; the first reason stands."""
        is_taken_over = self.is_giving and reason is not None  # then the next generation ends it
        if not self.outcome.done() and not is_taken_over:
            self.outcome.set_result(reason)

    def hear(self, message: OnChannel) -> None:
        """Take a message of the channel."""
        now = self._means.now()
        if isinstance(message, Heard):
            if self.hearing.take(message, now):
                self._silence.broken(now)
                self.saying.screens.speaker = message.connection_id
            return
        if self._before is None:
            self._early.append(message)
            return
        match message:
            case EndAsked():
                self._asked_to_end(message, now)
            case PlayedUpTo(turn=turn, milliseconds=milliseconds):
                self.saying.played(turn, milliseconds)
            case ListenAsked(connection_id=connection_id, audio=audio):
                self.saying.screens.listen(connection_id, audio=audio)
                if audio:
                    self._tell_ready(connection_id, message.client_id)
            case ReadyAsked(connection_id=connection_id):
                self._tell_ready(connection_id, message.client_id)
            case _:
                pass  # of the hand-over, which is not for it to judge

    def say(self, said: Said) -> None:
        """Take what the engine says."""
        if self._before is None:
            self._unsaid.append(said)
            return
        self.saying.say(said, self._means.now())
        if self.saying.is_broken:
            self.finish(Reason.FAILED)

    def tick(self, *, is_away: bool) -> bool:
        """Do what is due, and tell whether to look if the speaker is still there.

        ``is_away`` tells that nothing can be heard, whoever speaks.
        """
        now = self._means.now()
        self.hearing.tick(now)
        if self._before is None or self.is_giving:
            return False
        self.saying.tick(now)
        if self.hearing.is_done:
            self.finish(Reason.CLIENT)
        elif self.saying.keeping.is_forgotten:
            self.finish(Reason.CLOSED)
        elif self._silence.is_over(now, self.saying.played_at):
            self.finish(Reason.FAILED if is_away else Reason.CLOSED)
        return self._silence.is_look_due(now)

    def grant(self, taken: Taken) -> Granted:
        """Give the next generation all from a frame on: the first that was not heard here."""
        now = self._means.now()
        first = max(taken.from_seq, self.hearing.following)
        self.is_giving = True
        self.hearing.close(first, now)
        return Granted(taken.generation, first)

    def released(self, held_until: int) -> Released:
        """Return where this generation has ended, for the next to go on from."""
        seq, turn = self.saying.numbers
        screens, totals = self.saying.screens, self.totals
        return Released(
            self._start.generation + 1,
            seq,
            turn,
            totals.frames,
            totals.lost,
            totals.bytes,
            tuple(sorted(screens.listening)),
            screens.speaker,
            self._silence.since,
            held_until,
            self.ended_by,
            self.saying.playing(self._means.now()),
        )

    @property
    def totals(self) -> Totals:
        """What came of the session so far, the generations before this one too."""
        return self.hearing.totals(self._before or NOTHING_BEFORE)

    @property
    def figures(self) -> dict[str, int]:
        """What a line says of this generation alone."""
        return self.hearing.figures | self.saying.figures

    async def listen(self) -> None:
        """Take what the engine says, until it has said all; an end that nobody asked for is a failure."""
        await self._uttering.run(self.say)
        if not self.outcome.done() and not self.is_giving:
            self.say(Broken(Failure.UNAVAILABLE, "the stream ended by itself"))

    async def said_out(self, seconds: float) -> None:
        """Let the engine say what it has to say of what it heard; nothing more is said after that."""
        await self._uttering.said_out(seconds)

    def _asked_to_end(self, asked: EndAsked, now: int) -> None:
        if self.ended_by is None:
            self.ended_by = asked
            if not self.is_giving:  # else the next generation ends it
                self.hearing.close(asked.last_seq + 1, now)

    def _tell_ready(self, connection_id: str, client_id: str | None) -> None:
        if not self.is_giving:  # else the next generation does
            self.saying.tell_ready(connection_id, client_id)
