"""Whose voice a conversation has: the one that a client named, unless the model turns out not to have it.

Which voices there are is the model's to say. It may say so only in the midst of a stream, and a client that
names one that there is not is no fault of the server.
"""

from typing import Final

from functions.aws.voice.engines.nova.failures import Break
from functions.aws.voice.engines.nova.wire import Listener, Wire
from functions.domain.voice.said import Failure

_SPEECH: Final = b'"audioOutput"'
"""What an event of the model has that holds the assistant's audio."""


class Voices:
    """The voices of one conversation.

    Parameters
    ----------
    named
        Whom a client asks for, if it does.
    usual
        Who speaks where nobody was asked for, or nobody by that name is there.

    Attributes
    ----------
    current
        Who speaks in the next stream.
    """

    def __init__(self, named: str | None, usual: str) -> None:
        self.current = named or usual
        self._usual = usual
        self._has_spoken = False

    def listener(self, listener: Listener) -> Listener:
        """Return who listens to the next stream: a named voice is on trial, the usual one is not."""
        return listener if self.current == self._usual else _Trial(self, listener)

    def spoke(self) -> None:
        """Know that the model has the voice that was named."""
        self._has_spoken = True

    def judged(self, why: Break) -> Break:
        """Return what it means that a stream with the named voice has ended.

        What was rejected before it has spoken may do in the usual voice; that is tried once, since the usual
        voice is not on trial.
        """
        if why.failure is not Failure.REJECTED or self._has_spoken:
            return why
        self.current = self._usual
        return Break(Failure.UNAVAILABLE, f"{why.detail}: opened again in the usual voice")


class _Trial:
    """Listens to a stream whose voice a client named, in the place of its conversation."""

    def __init__(self, voices: Voices, listener: Listener) -> None:
        self._voices = voices
        self._listener = listener

    def heard(self, wire: Wire, event: bytes, /) -> None:
        """Pass an event on."""
        if _SPEECH in event:
            self._voices.spoke()
        self._listener.heard(wire, event)

    def ended(self, wire: Wire, why: Break, /) -> None:
        """Pass on that the stream has ended, and whether another one may do better."""
        self._listener.ended(wire, self._voices.judged(why))
