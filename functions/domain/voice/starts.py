"""What the function of a voice session is invoked with."""

from typing import Any

import msgspec

from functions.domain.log.events import Cause
from functions.domain.log.facts import EventId


class Start(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Which voice session, whose, and how it sounds.

    Attributes
    ----------
    voice_session_id
        The id of its `VoiceSessionStarted`.
    cause
        Who started it, as the gateway says; its events are events of that connection.
    sample_rate, voice
        Of the person's audio, and who shall answer.
    held_until
        Until when the claim on the conversation holds as it was taken, epoch seconds.
    asked_at
        When the invocation was asked for, epoch milliseconds: an old one is given up.
    client_id
        The client's own id of its frame.
    asking
        The connection that sent the frame again, if one did: it is told whether the engine listens.
    generation
        Which function of the session this is, from 1; each lives for 13 minutes.
    """

    voice_session_id: EventId
    cause: Cause
    sample_rate: int
    held_until: int
    asked_at: int
    voice: str | None = None
    client_id: str | None = None
    asking: str | None = None
    generation: int = 1

    @property
    def conversation(self) -> str:
        """The conversation that is spoken in, as the claims and the messages name it."""
        return self.cause.session_id or f"connection#{self.cause.connection_id}"


def payload_of(start: Start) -> bytes:
    """Return the payload of an invocation."""
    return msgspec.json.encode(start)


def parse(payload: Any) -> Start:
    """Return what a payload asks for; a `msgspec.ValidationError` if it is none."""
    return msgspec.convert(payload, Start)


def run_by(start: Start) -> str:
    """Return what begins the value of the claim of whoever runs with a payload, and not with another."""
    return f"{start.asked_at} {start.asking or '-'} "
