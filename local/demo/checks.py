"""What the session should have left behind, and whether it did."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from local.demo.evidence import Event, Row
from local.demo.speech import VOICE_FRAMES
from local.demo.steps import Played

EVENTS = Counter(
    {
        "ConnectionOpened": 2,
        "TextMessageReceived": 1,  # the same id again is the same message
        "ReplyCompleted": 1,  # whole, though its connection is cut in the middle
        "MessageRejected": 1,
        "ConnectionClosed": 2,
    }
)
"""Nothing for the ping, which no function sees, and nothing for each voice frame."""
SPEECH = Counter({"VoiceSessionStarted": 1, "VoiceTurnTranscribed": 2, "VoiceSessionEnded": 1})
_BY_CHANCE = "ConnectionLost"
"""Of the connection that is cut, if a word of the reply is posted to it before its end is known."""


@dataclass(frozen=True)
class Check:
    """One claim about the session."""

    claim: str
    holds: bool


def changes(played: Played) -> dict[str, int]:
    """How much each counter should have moved."""
    return {
        "opened": 2,
        "closed": 2,
        "texts": 1,
        "replies": int(played.reply is not None),
        "voice_sessions": int(played.voice_seconds is not None),
        "voice_seconds": played.voice_seconds or 0,
        "turns": 0 if played.voice_seconds is None else 2,
        "active": 0,
    }


def expected(*, is_answered: bool, is_spoken_with: bool) -> Counter[str]:
    """The events that the session should leave."""
    written = EVENTS if is_answered else EVENTS - Counter(["ReplyCompleted"])
    return written + SPEECH if is_spoken_with else written


def are_all(events: Iterable[Event], wanted: Counter[str]) -> bool:
    """Whether these are the events that are wanted and no other."""
    found = Counter(event.type for event in events)
    del found[_BY_CHANCE]
    return found == wanted


def judge(
    played: Played, events: list[Event], before: Row | None, after: Row | None, moved: Mapping[str, int]
) -> Iterator[Check]:
    """Yield every claim, true or not."""
    yield Check("every frame was answered as it should be", all(step.right for step in played.steps))
    is_answered, is_spoken_with = played.reply is not None, played.voice_seconds is not None
    wanted = expected(is_answered=is_answered, is_spoken_with=is_spoken_with)
    yield Check("the log has these events and no other", are_all(events, wanted))
    yield Check("they are of two connections", len({event.connection_id for event in events}) == 2)
    if is_answered:
        replies = [event.data for event in events if event.type == "ReplyCompleted"]
        yield Check(
            "the client has seen the reply that the log has, though it was cut",
            len(replies) == 1 and f"text {played.reply}" in replies[0],
        )
    yield Check("the row was CONNECTED while it was", before is not None and before.status == "CONNECTED")
    yield Check(
        "the row is DISCONNECTED now, and says since when",
        after is not None and after.status == "DISCONNECTED" and after.disconnected,
    )
    frames = VOICE_FRAMES if is_spoken_with else 0
    yield Check("the row has counted the voice frames", after is not None and after.frames == frames)
    yield Check("the counters moved by this session and nothing else", moved == changes(played))
