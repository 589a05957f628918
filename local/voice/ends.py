"""Between which two ends a voice session speaks: what a person says, and where they hear the answer."""

import asyncio
from typing import Final, Protocol

from local.voice.player import Player
from local.voice.wav import Sound

FRAME_SECONDS: Final = 0.1
_SAMPLE_BYTES: Final = 2


class Ends(Protocol):
    """A microphone and a loudspeaker, or two files.

    Attributes
    ----------
    rate
        Samples a second of what is said.
    """

    rate: int

    def begin(self, player: Player) -> None:
        """Begin to take what is to be played."""
        ...

    async def next_frame(self) -> bytes | None:
        """Return the next tenth of a second when it was said, None if there will be no more."""
        ...

    def came(self, *, answers: bool) -> None:
        """Take note that something came, and whether everything that was said is answered by now."""
        ...

    def stop(self) -> None:
        """Give everything back."""
        ...


class Files:
    """A file that is spoken at the pace of speech, then silence until it is answered; the answer is kept.

    Parameters
    ----------
    unanswered_seconds
        How long an answer is waited for after the end of the file.
    rest_seconds
        How long it is quiet after the last answer until nothing more is expected.
    """

    def __init__(self, sound: Sound, unanswered_seconds: float = 5.0, rest_seconds: float = 1.0) -> None:
        self.rate = sound.rate
        self._patience = {False: unanswered_seconds, True: rest_seconds}
        self._heard = b""
        self._size = round(sound.rate * FRAME_SECONDS) * _SAMPLE_BYTES
        self._left = sound.audio
        self._player: Player | None = None
        self._due_at = 0.0
        self._quiet_since = 0.0
        self._is_answered = False

    @property
    def answer(self) -> Sound | None:
        """What was played so far, if anything was."""
        return Sound(self._player.rate, self._heard) if self._player is not None and self._heard else None

    def begin(self, player: Player) -> None:
        """Begin to speak and to play, by the clock."""
        self._player = player
        self._due_at = self._quiet_since = _now()

    async def next_frame(self) -> bytes | None:
        """Wait a tenth of a second, play as much, and return what is said meanwhile."""
        self._due_at += FRAME_SECONDS
        await asyncio.sleep(self._due_at - _now())
        self._play()
        if self._left:
            frame, self._left = self._left[: self._size], self._left[self._size :]
            self._quiet_since = _now()
            return frame.ljust(self._size, b"\0")
        return None if self._is_over() else bytes(self._size)

    def came(self, *, answers: bool) -> None:
        """Wait on."""
        self._quiet_since = _now()
        self._is_answered = answers

    def stop(self) -> None:
        """There is nothing to give back."""

    def _play(self) -> None:
        if self._player is not None and not self._player.is_empty:
            self._heard += self._player.take(round(self._player.rate * FRAME_SECONDS) * _SAMPLE_BYTES)
            self._quiet_since = _now()

    def _is_over(self) -> bool:
        return _now() - self._quiet_since > self._patience[self._is_answered]


def _now() -> float:
    return asyncio.get_running_loop().time()
