"""What people speak with: the narrow protocol that every engine keeps. `tests/contract` holds them to it."""

from collections.abc import AsyncIterator
from typing import Protocol

from functions.domain.voice.said import Opening, Said


class SpeechStream(Protocol):
    """One conversation by speech, from the engine's side. All of it belongs to one event loop.

    Attributes
    ----------
    sample_rate
        Of what the assistant says, in Hz.
    """

    sample_rate: int

    async def hear(self, audio: bytes, /) -> None:
        """Take the person's audio, the next piece of it, a whole number of samples.

        It returns within a second and raises nothing of the outside: what is broken is said by `said`. After
        the end it does nothing.
        """
        ...

    def said(self) -> AsyncIterator[Said]:
        """Give what comes of it, as it comes; to be asked for once.

        It ends after a `Broken`, or after `close`. It may be cancelled while it waits, and nothing is lost.
        """
        ...

    async def close(self) -> None:
        """End the stream, in two seconds at most, whatever state it is in; more than once does nothing.

        `said` may still give the last words of what was heard before it ends.
        """
        ...


class SpeechEngine(Protocol):
    """Opens streams.

    Attributes
    ----------
    model
        Who speaks, for the log.
    """

    model: str

    async def open(self, opening: Opening, /) -> SpeechStream:
        """Open a stream that listens, within five seconds.

        Raises
        ------
        Unavailable
            If it cannot be opened now; another try may succeed.
        CannotSpeakError
            If no other try will, with the `Failure`.
        """
        ...
