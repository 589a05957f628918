"""What a person said that nobody has answered: it is said again to the stream that takes over."""

from array import array
from collections import deque
from typing import Final

LOUD: Final = 300
"""The greatest sample of what counts as silence, about -40 dB. Who speaks softly is louder than that."""
BEFORE_SECONDS: Final = 1.0
"""How much is kept of the silence before somebody speaks."""
MOST_SECONDS: Final = 60.0
"""How much is kept at most, the newest."""


class Unanswered:
    """The person's audio since the last of it that was understood.

    Parameters
    ----------
    sample_rate
        In Hz, of 16-bit samples of one channel.
    pause_seconds
        How long somebody has been silent at least when the model says what it understood: the audio of so
        long is not part of that.
    """

    def __init__(self, sample_rate: int, pause_seconds: float = 1.0) -> None:
        self._rate = 2 * sample_rate
        self._pause = pause_seconds
        self._pieces: deque[tuple[bytes, bool]] = deque()
        self._size = 0
        self._loud = 0

    @property
    def spoken(self) -> bool:
        """Whether any of it is louder than silence."""
        return self._loud > 0

    @property
    def pieces(self) -> list[bytes]:
        """The audio, in the pieces in which it came, the oldest first."""
        return [audio for audio, _ in self._pieces]

    def add(self, audio: bytes) -> None:
        """Take the next piece, a whole number of samples."""
        loud = is_loud(audio)
        self._pieces.append((audio, loud))
        self._size += len(audio)
        self._loud += loud
        self._keep(MOST_SECONDS if self._loud else BEFORE_SECONDS)

    def understood(self) -> None:
        """The model has put into words what was said: only the pause after it is kept."""
        self._keep(self._pause)

    def _keep(self, seconds: float) -> None:
        most = int(seconds * self._rate)
        while self._size > most and len(self._pieces) > 1:
            audio, loud = self._pieces.popleft()
            self._size -= len(audio)
            self._loud -= loud


def is_loud(audio: bytes) -> bool:
    """Tell whether audio, in 16-bit samples, is more than silence; Lambda and PCM are both little-endian."""
    samples = array("h", audio)
    return bool(samples) and (max(samples) > LOUD or min(samples) < -LOUD)
