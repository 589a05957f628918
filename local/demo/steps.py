"""What a client did, and what came of it."""

from dataclasses import dataclass

ANSWER_SECONDS = 15.0
"""The first answer of a function waits for its interpreter to start."""


@dataclass(frozen=True)
class Step:
    """One frame of the client, or several alike, and what came back."""

    sent: str
    received: str
    right: bool


@dataclass(frozen=True)
class Played:
    """The whole session."""

    steps: tuple[Step, ...]
    voice_seconds: int | None
    """Whole seconds of voice, as the server counted them; None where it takes no speech."""
    reply: str | None = None
    """What the client has seen of the reply in the end; None where texts are not answered."""
