"""Random histories of a few connections, by a seed."""

from random import Random
from typing import Final

from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    Fact,
    MessageRejected,
    ReplyCompleted,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
)

AT: Final = 1_795_410_720_000
"""When the first of them connects, epoch milliseconds."""
EXPIRES_AT: Final = AT // 1000 + 90 * 86_400
_LONGEST_PAUSE: Final = 90_000


def history(seed: int, connections: int = 4, length: int = 6) -> list[Event]:
    """Return the events of some connections, in the order in which they were appended.

    Parameters
    ----------
    seed
        Decides everything.
    connections
        How many there are.
    length
        How many events each has besides its first and its last; some have no last.
    """
    random = Random(seed)  # noqa: S311 - no secret, and it must repeat
    events = [
        each
        for number in range(connections)
        for each in _life(random, f"connection-{number}=", f"user-{number % 3}", length)
    ]
    random.shuffle(events)  # by time at first, and then some arrive late
    return sorted(events, key=lambda each: each.at + random.choice((0, 0, 0, 60_000)))


def _life(random: Random, connection: str, user: str, length: int) -> list[Event]:
    connected_at = at = AT + random.randrange(_LONGEST_PAUSE)
    session = random.choice((None, f"session-{user}"))

    def happened(fact: Fact) -> Event:
        cause = Cause(connection, user, session, connected_at, EXPIRES_AT, at, f"{connection}-{at}")
        return event(cause, fact)

    events = [happened(ConnectionOpened("203.0.113.9", "a browser", connected_at // 1000 + 7200))]
    voice: str | None = None
    for _ in range(length):
        at += random.randrange(1, _LONGEST_PAUSE)
        made = happened(_fact(random, voice))
        voice = made.event_id if isinstance(made.fact, VoiceSessionStarted) else voice
        events.append(made)
    at += random.randrange(1, _LONGEST_PAUSE)
    if random.random() < 0.7:
        events.append(happened(ConnectionClosed(1006)))
    return events


def _fact(random: Random, voice: str | None) -> Fact:
    facts: list[Fact] = [
        TextMessageReceived("Hello"),
        MessageRejected("invalid_message"),
        ConnectionLost("post"),
        ConnectionStatusSet(random.choice(("CONNECTED", "DISCONNECTED")), "an operator"),
        VoiceSessionStarted(16000, "lpcm"),
    ]
    if voice:
        facts += [
            ActivityRecorded(voice, random.randrange(1, 5) * 600 + 1),
            VoiceSessionEnded(voice, random.randrange(3000), random.randrange(100), "client"),
            ReplyCompleted(voice, "An answer."),
        ]
    return random.choice(facts)
