"""What a generation of a session hears: frames put in order, and fed to its engine."""

from typing import Final

from functions.aws.voice.engines.engine import SpeechStream
from functions.domain.voice.channels import Heard, Released
from functions.domain.voice.endings import Totals
from functions.domain.voice.jitter import Jitter
from functions.domain.voice.lead import Lead
from functions.operations.voice.feeding import Feeding

_SAMPLE_BYTES: Final = 2


class Hearing:
    """The frames of a session, from one on.

    Parameters
    ----------
    first, sample_rate
        The number of the first frame that is heard here, and of the audio in Hz.

    Attributes
    ----------
    fed_at
        When the engine was given something last, epoch milliseconds.
    """

    def __init__(self, stream: SpeechStream, first: int, sample_rate: int, now: int) -> None:
        self._jitter = Jitter(first)
        self._lead = Lead(sample_rate, now)
        self._unheard = 0
        self._feeding = Feeding(stream)
        self.fed_at = now

    def take(self, heard: Heard, now: int) -> bool:
        """Take a frame, and tell whether it is the newest.

        Half a sample at its end is left out: the engine takes whole ones, and clients send what they like.
        """
        whole = heard.audio[: len(heard.audio) // _SAMPLE_BYTES * _SAMPLE_BYTES]
        self._feed(self._jitter.take(heard.seq, whole, now), now)
        return heard.seq == self._jitter.newest

    def tick(self, now: int) -> None:
        """Let the engine hear what is due, silence for what is lost."""
        self._feed(self._jitter.ready(now), now)

    def close(self, until: int, now: int) -> None:
        """Hear nothing from a frame on."""
        self._feed(self._jitter.close(until, now), now)

    async def run(self) -> None:
        """Feed the engine until it is cancelled."""
        await self._feeding.run()

    @property
    def following(self) -> int:
        """The number of the first frame that has not come yet, nor has any after it."""
        return self._jitter.newest + 1

    @property
    def is_done(self) -> bool:
        """Whether it is closed, and all before was heard or lost."""
        return self._jitter.is_done

    @property
    def is_idle(self) -> bool:
        """Whether the engine has heard all that it was given."""
        return self._feeding.is_idle

    def totals(self, before: Released) -> Totals:
        """Return what came of the session so far, the generations before this one too."""
        jitter = self._jitter
        frames = max(jitter.newest + 1, jitter.next, before.frames)
        return Totals(frames, jitter.lost + before.lost, jitter.bytes + before.bytes)

    @property
    def figures(self) -> dict[str, int]:
        """What a line says of it."""
        return {"dropped": self._jitter.dropped, "unheard": self._unheard, "fed": self._feeding.frames}

    def _feed(self, audio: list[bytes], now: int) -> None:
        sounds = [piece for piece in audio if piece]
        given = [piece for piece in sounds if self._lead.may_give(piece, now)]
        self._unheard += len(sounds) - len(given)
        if given:
            self.fed_at = now
            self._feeding.feed(given)
