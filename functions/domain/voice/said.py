"""What an engine of speech is told, and what comes of it: values, whoever speaks."""

from enum import StrEnum

import msgspec

from functions.domain.replies.prompt import Role, Turn


class Opening(msgspec.Struct, frozen=True):
    """What a stream of an engine begins with.

    Attributes
    ----------
    sample_rate
        Of the person's audio, in Hz: 8000, 16000 or 24000. Audio is signed 16-bit linear PCM, little-endian,
        one channel, in both directions.
    voice
        Who speaks, by the engine's own name; None for the engine's usual one.
    system
        What the engine is told before the conversation, if anything.
    history
        What was said before, written or spoken, the oldest first; the roles alternate and the first is the
        user's.
    goes_on
        Whether another stream is just ending the conversation's part before: what the user said last is
        answered there.
    """

    sample_rate: int
    voice: str | None = None
    system: str | None = None
    history: tuple[Turn, ...] = ()
    goes_on: bool = False


class Failure(StrEnum):
    """Why an engine's stream has ended before anybody ended it."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    TIMED_OUT = "timed_out"
    REJECTED = "rejected"
    """It will be refused again: what is sent is wrong."""
    MISCONFIGURED = "misconfigured"
    """Model, region or permissions: nobody is heard before somebody mends it."""


class Spoke(msgspec.Struct, frozen=True):
    """The assistant's audio, the next piece of it, in the stream's own sample rate."""

    audio: bytes


class Transcribed(msgspec.Struct, frozen=True):
    """What somebody says, in words. Only what is final is kept; each final text follows the one before it."""

    role: Role
    text: str
    final: bool


class TurnEnded(msgspec.Struct, frozen=True):
    """One side has said what it had to say: all of its audio and its final words came before this."""

    role: Role


class Interrupted(msgspec.Struct, frozen=True):
    """The person spoke while the assistant did: what was not played yet will not be. It ends that turn."""


class Used(msgspec.Struct, frozen=True):
    """What the stream has taken since the last of these, in the model's tokens."""

    input_tokens: int
    output_tokens: int


class Broken(msgspec.Struct, frozen=True):
    """The stream has ended by itself, and nothing follows. ``detail`` is for the log, and nobody's words."""

    failure: Failure
    detail: str = ""


Said = Spoke | Transcribed | TurnEnded | Interrupted | Used | Broken
