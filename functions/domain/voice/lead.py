"""How far a person's audio may be ahead of the time: what nobody can have said is not paid for."""

from typing import Final

MOST_SECONDS: Final = 60.0
"""More than a client that was cut off has kept: the time passed for it meanwhile."""
_SAMPLE_BYTES: Final = 2


class Lead:
    """The audio that was given to an engine, beside the time in which it was given.

    Frames are counted by their number and not by their length: at 50 frames a second of 24,000 bytes a client
    sends 37 seconds of speech in one.

    Parameters
    ----------
    sample_rate
        In Hz.
    began_at
        Epoch milliseconds.
    """

    def __init__(self, sample_rate: int, began_at: int) -> None:
        self._bytes_per_second = _SAMPLE_BYTES * sample_rate
        self._began_at = began_at
        self._bytes = 0

    def may_give(self, audio: bytes, now: int) -> bool:
        """Tell whether the next piece may be given, and count it if so."""
        size = self._bytes + len(audio)
        if size / self._bytes_per_second > MOST_SECONDS + (now - self._began_at) / 1_000:
            return False
        self._bytes = size
        return True
