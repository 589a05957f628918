"""How voice sessions are held: what a deployment chose."""

import msgspec


class Manner(msgspec.Struct, frozen=True):
    """How sessions are held.

    Attributes
    ----------
    voice, system
        Who speaks where a client does not say, and what the engine is told before the conversation.
    history_turns
        The most turns that it is told of the conversation.
    grace_seconds
        How long a session waits for speech.
    handover_seconds
        How long one invocation holds it.
    seconds_per_day
        How long one user may speak in a day.
    """

    voice: str | None = None
    system: str | None = None
    history_turns: int = 20
    grace_seconds: int = 30
    handover_seconds: int = 780
    seconds_per_day: int = 3_600
