"""What the engine that echoes makes of what it hears; its clock comes with it.

It tells sound from silence by the samples alone. A person's turn begins with sound, and ends after 600 ms
without, a second in which nothing comes at all, or a minute.
"""

import math
from array import array
from collections import deque
from collections.abc import Iterable
from enum import StrEnum
from operator import mul
from typing import Final

from functions.domain.replies.prompt import Role
from functions.domain.voice.said import (
    Broken,
    Failure,
    Interrupted,
    Opening,
    Said,
    Spoke,
    Transcribed,
    TurnEnded,
)

PAUSE_SECONDS: Final = 0.6
"""Of silence: it ends a turn."""
IDLE_SECONDS: Final = 1.0
"""Without any audio: it ends a turn, as where a client sends no silence."""
LONGEST_SECONDS: Final = 60.0
"""Of a turn; what follows is another. It bounds what is remembered to be said back."""
AHEAD_SECONDS: Final = 1.0
"""How much is said before it is to be played, of what is said back after the turn."""
QUIET: Final = 200
"""The loudest silence, as the root mean square of its samples: 44 dB below the loudest sound."""
_FULL: Final = 32_768
_SAMPLE_BYTES: Final = 2


class Way(StrEnum):
    """The engine's voices: how it answers. Any other name is the first of them."""

    AT_ONCE = "at-once"
    """It says what it hears while it hears it."""
    IN_TURN = "in-turn"
    """It says what it heard when the turn is over, and can be interrupted."""
    BREAKS = "breaks"
    """Its stream breaks at the first sound."""
    UNAVAILABLE = "unavailable"
    """It cannot be opened now."""
    REJECTED = "rejected"
    """It can never be opened."""


def way_of(opening: Opening) -> Way:
    """Return how a stream answers that is opened so."""
    return next((way for way in Way if way == opening.voice), Way.AT_ONCE)


def energy_of(audio: bytes) -> int:
    """Return the sum of the squares of the samples; hosts are little-endian, as the samples are."""
    samples = array("h", audio)
    return sum(map(mul, samples, samples))


class _Turn:
    """What the person said since they began, to the end of their last sound and in all."""

    def __init__(self) -> None:
        self.bytes = 0
        self.sounding_bytes = 0
        self.energy = 0
        self.pieces: list[bytes] = []
        self.sounding_pieces = 0

    def add(self, audio: bytes, energy: int, *, is_sound: bool) -> None:
        """Take the next piece."""
        self.bytes += len(audio)
        self.pieces.append(audio)
        if is_sound:
            self.sounding_bytes = self.bytes
            self.sounding_pieces = len(self.pieces)
            self.energy += energy

    @property
    def decibels(self) -> int:
        """How loud it is, below the loudest: 0 or less."""
        mean = self.energy / (self.sounding_bytes / _SAMPLE_BYTES)
        return round(10 * math.log10(mean / _FULL**2))


class Echoing:
    """One stream, from its opening on.

    Parameters
    ----------
    opening
        What it begins with.
    """

    def __init__(self, opening: Opening) -> None:
        self._way = way_of(opening)
        self._bytes_per_second = opening.sample_rate * _SAMPLE_BYTES
        self._before = f" (after {len(opening.history)} turns)" if opening.history else ""
        self._turn: _Turn | None = None
        self._idle_at = 0.0
        self._left: deque[Spoke | Transcribed] = deque()
        self._speaks = False
        self._played_at = 0.0
        """When all that was said will have been played."""

    @property
    def due_at(self) -> float | None:
        """When something comes of time alone; None if nothing does."""
        if self._turn is not None:
            return self._idle_at
        if self._left:
            return self._played_at - AHEAD_SECONDS
        return self._played_at if self._speaks else None

    def heard(self, audio: bytes, now: float) -> list[Said]:
        """Return what comes of the next piece of audio."""
        said = self.passed(now)
        energy = energy_of(audio)
        is_sound = energy > QUIET**2 * (len(audio) // _SAMPLE_BYTES)
        if self._turn is None:
            if not is_sound:
                return said
            if self._way is Way.BREAKS:
                return [*said, Broken(Failure.UNAVAILABLE, "its voice is to break")]
            said += self._interrupt(now)
            self._turn = _Turn()
        before = self._seconds(self._turn.bytes)
        self._turn.add(audio, energy, is_sound=is_sound)
        self._idle_at = now + IDLE_SECONDS
        after = self._seconds(self._turn.bytes)
        if before == 0 or int(after) > int(before):
            said.append(Transcribed(Role.USER, self._words(self._turn), final=False))
        if self._way is Way.AT_ONCE:
            said += self._say([Spoke(audio)], now)
        quiet = self._seconds(self._turn.bytes - self._turn.sounding_bytes)
        if quiet >= PAUSE_SECONDS or after >= LONGEST_SECONDS:
            said += [*self._end(self._turn), *self.passed(now)]
        return said

    def passed(self, now: float) -> list[Said]:
        """Return what comes of the time that has passed."""
        said: list[Said] = []
        if self._turn is not None:
            if now < self._idle_at:
                return []
            said += self._end(self._turn)
        while self._left and now >= self._played_at - AHEAD_SECONDS:
            said += self._say([self._left.popleft()], now)
        if self._speaks and not self._left and now >= self._played_at:
            self._speaks = False
            said.append(TurnEnded(Role.ASSISTANT))
        return said

    def last_words(self) -> list[Said]:
        """Return the words of what is under way when the stream is closed: nothing comes after them."""
        said = [] if self._turn is None else self._end(self._turn)
        return [*said, *self._left] if self._way is Way.AT_ONCE else said

    def _end(self, turn: _Turn) -> list[Said]:
        """End the person's turn, and have it answered."""
        self._turn = None
        words = self._words(turn)
        answer = Transcribed(Role.ASSISTANT, f"You said{self._before}: {words}", final=True)
        if self._way is Way.IN_TURN:
            self._left.extend([answer, *self._counted(turn)])
        else:
            self._left.append(answer)
        return [Transcribed(Role.USER, words, final=True), TurnEnded(Role.USER)]

    def _counted(self, turn: _Turn) -> Iterable[Spoke | Transcribed]:
        """Yield what was heard, and the number of each second before it: words go with their audio."""
        said_bytes = 0
        seconds = 0
        for piece in turn.pieces[: turn.sounding_pieces]:
            if self._seconds(said_bytes) >= seconds:
                seconds += 1
                yield Transcribed(Role.ASSISTANT, f" … {seconds}", final=True)
            yield Spoke(piece)
            said_bytes += len(piece)

    def _say(self, said: list[Spoke | Transcribed], now: float) -> list[Said]:
        self._speaks = True
        audio = sum(len(each.audio) for each in said if isinstance(each, Spoke))
        self._played_at = max(now, self._played_at) + self._seconds(audio)
        return list(said)

    def _interrupt(self, now: float) -> list[Said]:
        """Say no more of what is left, if the person speaks while it is played."""
        if not self._speaks:
            return []
        self._left.clear()
        self._speaks = False
        self._played_at = now
        return [Interrupted()]

    def _words(self, turn: _Turn) -> str:
        """Return what was heard, in words, such as ``1.8 s of sound at -23 dB``."""
        return f"{self._seconds(turn.sounding_bytes):.1f} s of sound at {turn.decibels} dB"

    def _seconds(self, size: int) -> float:
        return size / self._bytes_per_second
