"""What the session should have left behind, and whether it did."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from local.demo.evidence import Event, Row
from local.demo.session import VOICE_FRAMES, Played

EVENTS = Counter(
    {
        "ConnectionOpened": 1,
        "TextMessageReceived": 1,  # the same id again is the same message
        "VoiceSessionStarted": 1,
        "VoiceSessionEnded": 1,
        "MessageRejected": 1,
        "ConnectionClosed": 1,
    }
)
"""Nothing for the ping, which no function sees, and nothing for each voice frame."""


@dataclass(frozen=True)
class Check:
    """One claim about the session."""

    claim: str
    holds: bool


def changes(played: Played) -> dict[str, int]:
    """How much each counter should have moved."""
    return {
        "opened": 1,
        "closed": 1,
        "texts": 1,
        "voice_sessions": 1,
        "voice_seconds": played.voice_seconds,
        "active": 0,
    }


def judge(
    played: Played, events: list[Event], before: Row | None, after: Row | None, moved: Mapping[str, int]
) -> Iterator[Check]:
    """Yield every claim, true or not."""
    yield Check("every frame was answered as it should be", all(step.right for step in played.steps))
    yield Check("the log has these events and no other", Counter(event.type for event in events) == EVENTS)
    yield Check("they are of one connection", len({event.connection_id for event in events}) == 1)
    yield Check("the row was CONNECTED while it was", before is not None and before.status == "CONNECTED")
    yield Check(
        "the row is DISCONNECTED now, and says since when",
        after is not None and after.status == "DISCONNECTED" and after.disconnected,
    )
    yield Check("the row has counted the voice frames", after is not None and after.frames == VOICE_FRAMES)
    yield Check("the counters moved by this session and nothing else", moved == changes(played))
