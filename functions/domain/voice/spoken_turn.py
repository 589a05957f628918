"""One side's turn: its words, its audio, and how much of both was heard."""

from functions.domain.replies.prompt import Role
from functions.domain.voice.heard import Playback, Segment, heard_text, joined


class SpokenTurn:
    """A turn as far as it has come.

    Attributes
    ----------
    number, role, began_at
        Which it is, whose, and since when, epoch milliseconds.
    playback
        When its audio is played.
    told_ms
        How much of that somebody says that they played; None if nobody did.
    """

    def __init__(self, number: int, role: Role, began_at: int, sample_rate: int) -> None:
        self.number = number
        self.role = role
        self.began_at = began_at
        self.playback = Playback(sample_rate)
        self.told_ms: int | None = None
        self._segments: list[Segment] = []

    @property
    def text(self) -> str:
        """All of its final words."""
        return joined(segment.text for segment in self._segments)

    def add(self, text: str) -> None:
        """Take final words: those of the audio before them, or where there is none of that after them."""
        now_ms = self.playback.all_ms
        last = self._segments[-1] if self._segments else Segment("", 0, 0)
        if last.to_ms is not None:
            self._segments.append(Segment(text, last.to_ms, now_ms if now_ms > last.to_ms else None))
        elif now_ms > last.from_ms:
            last.to_ms = now_ms
            self._segments.append(Segment(text, now_ms))
        else:
            last.text = joined((last.text, text))

    def heard(self, at: int) -> str:
        """Return the words that were heard by a time, epoch milliseconds."""
        played_ms = self.playback.played_ms(at) if self.told_ms is None else self.told_ms
        return heard_text(self._segments, played_ms, self.playback.all_ms)
