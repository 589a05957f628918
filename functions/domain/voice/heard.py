"""How far somebody heard what the assistant said, and which of its words that was."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

_BYTES_PER_SAMPLE: Final = 2


class Playing(msgspec.Struct, frozen=True):
    """The assistant's turn that clients play: its first piece not begun, and until when they play it.

    ``from_seq`` is as of when this was said, ``until`` is in epoch milliseconds, and may be in the past.
    """

    turn: int
    from_seq: int
    until: int


class Segment(msgspec.Struct):
    """Words of a turn, and in which milliseconds of its audio they are said; no end until it is known."""

    text: str
    from_ms: int
    to_ms: int | None = None


def heard_text(segments: Sequence[Segment], played_ms: int, all_ms: int) -> str:
    """Return the words of a turn that were heard when its audio was played so far.

    What is played in part gives as many of its characters, up to the last word that is whole: a word that was
    broken off was not heard.

    Parameters
    ----------
    played_ms, all_ms
        How much of the audio was played, and how much there is.
    """
    return joined(_heard(segment, played_ms, all_ms) for segment in segments)


def _heard(segment: Segment, played_ms: int, all_ms: int) -> str:
    to_ms = all_ms if segment.to_ms is None else segment.to_ms
    if played_ms >= to_ms:
        return segment.text
    if played_ms <= segment.from_ms:
        return ""
    said = len(segment.text) * (played_ms - segment.from_ms) // (to_ms - segment.from_ms)
    begun = segment.text[:said]
    ends = [at for at, sign in enumerate(segment.text) if sign.isspace()]
    if not ends or said in ends:  # many languages have no spaces
        return begun
    return begun[: max((at for at in ends if at < said), default=0)]


def joined(texts: Iterable[str]) -> str:
    """Return texts that follow each other as one, with a space where none has any."""
    whole = ""
    for text in texts:
        if whole and text and not whole[-1].isspace() and not text[0].isspace():
            whole += " "
        whole += text
    return whole.strip()


class Playback:
    """When what was posted is played: piece after piece, none before it was posted.

    Parameters
    ----------
    sample_rate
        Of the audio, in Hz.

    Attributes
    ----------
    all_ms
        Of the audio that was posted.
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._ends_at = 0.0
        self._pieces: list[tuple[int, float]] = []
        self._samples = 0

    @property
    def all_ms(self) -> int:
        """The milliseconds of all that was posted."""
        return self._samples * 1000 // self._sample_rate

    @property
    def ends_at(self) -> float:
        """When all of it is played, epoch milliseconds."""
        return self._ends_at

    def post(self, seq: int, audio: bytes, now: int) -> None:
        """Take note of a piece that is posted now, under its number."""
        samples = len(audio) // _BYTES_PER_SAMPLE
        begins_at = max(self._ends_at, now)
        self._pieces.append((seq, begins_at))
        self._ends_at = begins_at + samples * 1000 / self._sample_rate
        self._samples += samples

    def played_ms(self, now: int) -> int:
        """Return how much is played by now, as far as one can tell from here."""
        return max(0, self.all_ms - max(0, round(self._ends_at - now)))

    def first_unplayed(self, now: int, following: int) -> int:
        """Return the number of the first piece that is not begun by now; what follows if all are."""
        return next((seq for seq, begins_at in self._pieces if begins_at >= now), following)
