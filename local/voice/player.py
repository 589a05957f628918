"""What is to be played, piece by piece, and how much of it was: a loudspeaker takes from it, or a file."""

from threading import Lock
from typing import Final

import msgspec

_SAMPLE_BYTES: Final = 2


class Piece(msgspec.Struct, frozen=True):
    """A piece of what the assistant says, by its number in the voice session."""

    turn: int
    seq: int
    audio: bytes


class Player:
    """Pieces in the order of their numbers. A loudspeaker may take from it in a thread of its own.

    Parameters
    ----------
    rate
        Samples a second.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._pieces: dict[int, Piece] = {}
        self._next_seq = 0
        self._taken = 0
        """Bytes of the first piece that were played."""
        self._played: dict[int, int] = {}
        """Bytes of each turn that were."""
        self._stopped: set[int] = set()
        """The turns that were broken into."""
        self._lock = Lock()

    @property
    def is_empty(self) -> bool:
        """Whether everything was played."""
        return not self._pieces

    def add(self, piece: Piece) -> None:
        """Take a piece, unless it was played or is not to be."""
        with self._lock:
            if piece.seq >= self._next_seq and piece.turn not in self._stopped:
                self._pieces[piece.seq] = piece

    def stop(self, turn: int) -> int:
        """Play no more of a turn, and return how many milliseconds of it were played."""
        with self._lock:
            self._stopped.add(turn)
            if self._pieces and self._pieces[min(self._pieces)].turn == turn:
                self._taken = 0
            self._pieces = {seq: each for seq, each in self._pieces.items() if each.turn != turn}
            return self._played.get(turn, 0) * 1_000 // (self.rate * _SAMPLE_BYTES)

    def take(self, size: int) -> bytes:
        """Return the next bytes to be played, as many as there are of so many."""
        taken = bytearray()
        with self._lock:
            while self._pieces and len(taken) < size:
                piece = self._pieces[min(self._pieces)]
                part = piece.audio[self._taken : self._taken + size - len(taken)]
                taken += part
                self._taken += len(part)
                self._played[piece.turn] = self._played.get(piece.turn, 0) + len(part)
                if self._taken == len(piece.audio):
                    del self._pieces[piece.seq]
                    self._next_seq, self._taken = piece.seq + 1, 0
        return bytes(taken)
