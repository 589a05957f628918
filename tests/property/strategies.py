"""What properties are tried on: histories of a connection, frames, and what is almost a frame."""

import base64
import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from functions.domain.log.events import Event, event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionFailed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    Fact,
    MessageRejected,
    NotificationSent,
    PersonForgotten,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    Unrecognised,
    VoiceSessionEnded,
    VoiceSessionStarted,
    VoiceTurnTranscribed,
)
from functions.domain.log.ids import lowest
from tests.gateway_events import CONNECTED_AT, cause

LONGEST = 2 * 3_600_000
"""Milliseconds that the gateway keeps a connection."""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
counts = st.integers(0, 2**53)
offsets = st.one_of(
    st.integers(0, 5),  # often the same millisecond
    st.integers(0, 10).map(lambda minutes: minutes * 60_000 - CONNECTED_AT % 60_000 + 60_000),
    st.integers(0, LONGEST),
)
times = offsets.map(lambda offset: CONNECTED_AT + offset)
sessions = st.one_of(st.sampled_from([lowest(CONNECTED_AT + 1), lowest(CONNECTED_AT + 2)]), times.map(lowest))

known_facts: SearchStrategy[Fact] = st.one_of(
    st.builds(ConnectionOpened, st.none() | texts, st.none() | texts, st.none() | counts),
    st.builds(ConnectionFailed),
    st.builds(ActivityRecorded, st.none() | sessions, counts),
    st.builds(TextMessageReceived, texts),
    st.builds(
        ReplyCompleted,
        sessions,
        texts,
        st.none() | st.sampled_from(["end_turn", "cancelled"]) | texts,
        st.none() | counts,
        st.none() | counts,
        st.none() | texts,
        st.none() | counts,
    ),
    st.builds(ReplyFailed, sessions, texts, st.none() | counts),
    st.builds(VoiceSessionStarted, st.sampled_from([8000, 16000, 24000]), st.just("lpcm"), st.none() | texts),
    st.builds(
        VoiceSessionEnded,
        sessions,
        counts,
        counts,
        st.sampled_from(["client", "closed"]),
        st.none() | counts,
        st.none() | counts,
    ),
    st.builds(VoiceTurnTranscribed, sessions, st.sampled_from(["user", "assistant"]), texts),
    st.builds(MessageRejected, st.sampled_from(["invalid_json", "conflict"])),
    st.builds(ConnectionClosed, st.none() | st.integers(1000, 4999), st.none() | texts),
    st.builds(ConnectionLost, st.sampled_from(["post", "sweeper"])),
    st.builds(ConnectionStatusSet, st.sampled_from(["CONNECTED", "DISCONNECTED"]), texts, st.none() | texts),
    st.builds(PersonForgotten, texts),
    st.builds(NotificationSent, texts, st.sampled_from(["", '{"number": 7}']), st.none() | counts),
)
facts = known_facts | st.builds(Unrecognised, st.just("Teleported"), st.just(1), st.just("an unknown type"))


@st.composite
def events(draw: DrawFn, facts: SearchStrategy[Fact] = facts) -> Event:
    """Draw an event of the one connection; who and since when may differ, as no gateway would have it."""
    told = cause(
        at=draw(times),
        request_id=str(draw(st.integers(0, 3))),
        user_id=draw(st.sampled_from(["alice", "bob"])),
        session_id=draw(st.sampled_from([None, "s-1", "s-2"])),
        connected_at=CONNECTED_AT - draw(st.integers(0, 1)),
        trace_id=draw(st.none() | texts),
    )
    return event(told, draw(facts))


histories = st.lists(events(), min_size=1, max_size=25, unique_by=lambda event: event.event_id)
"""Events of one connection as the log may hold them: one for each id."""


@st.composite
def deliveries(draw: DrawFn, history: list[Event]) -> list[list[Event]]:
    """Draw batches that hold a whole history, in any order, with redeliveries."""
    again = draw(st.lists(st.sampled_from(history), max_size=10))
    queue = draw(st.permutations([*history, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(queue)), max_size=6)))
    return [queue[start:end] for start, end in zip([0, *cuts], [*cuts, len(queue)], strict=True)]


# --- Frames ----------------------------------------------------------------------------------

client_ids = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=128)
audio = st.binary(min_size=1, max_size=30).map(lambda sound: base64.b64encode(sound).decode())

_feeds = st.sampled_from(["session", "user"])
_numbers = st.integers(1, 9_999_999_999)
_positions = st.fixed_dictionaries({"seq": st.just(0) | _numbers, "id": st.just("") | sessions})

_data: dict[str, SearchStrategy[dict[str, Any]]] = {
    "text_message": st.fixed_dictionaries({"text": texts.filter(bool)}),
    "voice_start": st.fixed_dictionaries(
        {},
        optional={
            "sampleRate": st.sampled_from([8000, 16000, 24000]),
            "encoding": st.just("lpcm"),
            "voice": st.none() | st.just("tiffany"),
        },
    ),
    "voice_data": st.fixed_dictionaries(
        {"voiceSessionId": sessions, "seq": st.integers(0, 2**31 - 1), "audio": audio}
    ),
    "voice_end": st.fixed_dictionaries({"voiceSessionId": sessions, "lastSeq": st.integers(-1, 2**31 - 1)}),
    "voice_played": st.fixed_dictionaries(
        {"voiceSessionId": sessions, "turn": st.integers(0, 2**31 - 1), "ms": st.integers(0, 2**31 - 1)}
    ),
    "voice_listen": st.fixed_dictionaries({"voiceSessionId": sessions}, optional={"audio": st.booleans()}),
    "ping": st.fixed_dictionaries({}, optional={"any": texts}),
    "resume": st.fixed_dictionaries({"positions": st.dictionaries(_feeds, _positions)}),
    "history": st.fixed_dictionaries(
        {},
        optional={
            "feed": _feeds,
            "limit": st.integers(1, 50),
            "before": st.fixed_dictionaries({"seq": _numbers}, optional={"part": st.integers(1, 1_000)}),
        },
    ),
    "ack": st.fixed_dictionaries({"feed": _feeds, "seq": _numbers}),
    "text_cancel": st.fixed_dictionaries({"messageId": sessions}),
    "sessions": st.fixed_dictionaries(
        {},
        optional={
            "limit": st.integers(1, 50),
            "cursor": st.none() | st.from_regex(r"[A-Za-z0-9_-]{1,9}", fullmatch=True),
        },
    ),
}


def _frame(kind: str) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"type": st.just(kind), "data": _data[kind]},
        optional={"id": client_ids, "timestamp": texts | st.floats(-(2**53), 2**53)},
    )


frames = st.sampled_from(sorted(_data)).flatmap(_frame)
"""What a client should send, as values."""

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | sessions,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_names = st.sampled_from(
    [
        "type",
        "id",
        "timestamp",
        "data",
        "text",
        "seq",
        "audio",
        "voiceSessionId",
        "lastSeq",
        "positions",
        "feed",
    ]
)
_types = st.sampled_from([*_data, "pong", "$connect", "$disconnect", "$default", "PING", ""])


@st.composite
def bent_frames(draw: DrawFn) -> str:
    """Draw the text of a frame in which something may be wrong, in its values or in its letters."""
    frame = draw(frames)
    for _ in range(draw(st.integers(0, 3))):
        part = draw(st.sampled_from([frame, frame["data"]])) if isinstance(frame.get("data"), dict) else frame
        name = draw(_names | st.sampled_from(sorted(part) or ["type"]))
        match draw(st.sampled_from(["replace", "drop", "retype", "grow"])):
            case "replace":
                part[name] = draw(anything)
            case "drop":
                part.pop(name, None)
            case "retype":
                frame["type"] = draw(_types)
            case "grow":
                part[name] = "x" * draw(st.sampled_from([129, 8_000, 8_001, 32_000, 32_004, 32_768, 131_072]))
    body = json.dumps(frame, ensure_ascii=draw(st.booleans()))
    match draw(st.sampled_from(["whole", "whole", "cut", "insert", "swap"])):
        case "cut":
            return body[: draw(st.integers(0, len(body)))]
        case "insert":
            place = draw(st.integers(0, len(body)))
            return body[:place] + draw(st.text(max_size=3)) + body[place:]
        case "swap":
            return body.replace(draw(st.sampled_from(list('":,{}0a'))), draw(st.text(max_size=1)), 1)
        case _:
            return body


bodies = st.one_of(bent_frames(), st.text(max_size=60), anything.map(json.dumps))
"""What a client may send."""
