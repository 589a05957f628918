"""What the read models must say, reckoned from the log's raw items without any code of the projection."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

Item = dict[str, Any]
Counted = Counter[tuple[str, str]]
"""By the counter's name and its bucket: a minute, a day, or ``now``."""

_UNCONNECTED: Final = "feed#"
"""What belongs to no connection has no row."""
_CLIENTS_OWN: Final = frozenset(
    {
        "ConnectionOpened",
        "ActivityRecorded",
        "TextMessageReceived",
        "MessageRejected",
        "VoiceSessionStarted",
    }
)

_SAID: Final = {
    "TextMessageReceived": "texts",
    "ReplyCompleted": "replies",
    "VoiceTurnTranscribed": "turns",
}
"""What has a row of its own, and what it counts as."""


class Reckoned(msgspec.Struct, frozen=True):
    """What must be: when each connection ended, the ids of the messages, and the counters."""

    ended_at: dict[str, int | None]
    messages: frozenset[str]
    counted: Counted


def reckon(items: Iterable[Item]) -> Reckoned:
    """Return what the items of the log that have not expired add up to."""
    by_connection: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if not item["connection_id"]["S"].startswith(_UNCONNECTED):
            by_connection[item["connection_id"]["S"]].append(item)
    ended = {connection: _ended_at(own) for connection, own in by_connection.items()}
    counted: Counted = Counter()
    messages = set()
    for connection, own in by_connection.items():
        ended_at = ended[connection]
        if any(_type(item) == "ConnectionOpened" for item in own):
            _add(counted, "opened", min(_number(item, "connected_at") for item in own))
            if ended_at is None:
                counted["active", "now"] += 1
            else:
                closed = any(_type(item) == "ConnectionClosed" for item in own)
                _add(counted, "closed" if closed else "lost", ended_at)
        for item in own:
            if name := _SAID.get(_type(item)):
                _add(counted, name, _number(item))
                messages.add(item["event_id"]["S"])
        for at, seconds in _voice(own, ended_at):
            _add(counted, "voice_sessions", at)
            _add(counted, "voice_seconds", at, seconds)
    return Reckoned(ended, frozenset(messages), +counted)


def _ended_at(own: list[Item]) -> int | None:
    closed = [item for item in own if _type(item) in {"ConnectionClosed", "ConnectionFailed"}]
    if closed:
        return _number(min(closed, key=_id))
    lost = [item for item in own if _type(item) == "ConnectionLost"]
    if not lost:
        return None
    active = [_number(item, "connected_at") for item in own]
    active += [_number(item) for item in own if _type(item) in _CLIENTS_OWN]
    at = _number(max(lost, key=_id))
    return at if at > max(active) else None


def _voice(own: list[Item], ended_at: int | None) -> Iterable[tuple[int, int]]:
    started = sorted((item for item in own if _type(item) == "VoiceSessionStarted"), key=_id)
    for place, start in enumerate(started):
        ends = [
            item
            for item in own
            if _type(item) == "VoiceSessionEnded" and item["data"]["M"]["voice_session_id"]["S"] == _id(start)
        ]
        if ends:
            at: int | None = min(map(_number, ends))
        elif place + 1 < len(started):
            at = _number(started[place + 1])
        else:
            at = ended_at
        if at is not None:
            said = max((int(item["data"]["M"]["seconds"]["N"]) for item in ends), default=0)
            yield at, said or max(0, at - _number(start)) // 1000


def _type(item: Item) -> str:
    kind: str = item["type"]["S"]
    return kind


def _id(item: Item) -> str:
    event_id: str = item["event_id"]["S"]
    return event_id


def _number(item: Item, name: str = "at") -> int:
    return int(item[name]["N"])


def day_of(at: int) -> str:
    """Return the bucket of a time's day, epoch milliseconds."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"


def _add(counted: Counted, name: str, at: int, count: int = 1) -> None:
    when = datetime.fromtimestamp(at / 1000, UTC)
    counted[name, f"{when:%Y-%m-%dT%H:%M}"] += count
    counted[name, day_of(at)] += count


def counts_in(items: Iterable[Item]) -> Counted:
    """Return what the items of the metrics table say, of the generation being served."""
    stored = list(items)
    control = next((item for item in stored if item["metric"]["S"] == "control"), None)
    serving = f"{int(control['serving']['N']) if control else 1:08d}"
    counted: Counted = Counter()
    for item in stored:
        generation, *bucket = item["bucket"]["S"].split("#")
        if generation == serving:
            counted[item["metric"]["S"], bucket[1] if len(bucket) == 3 else bucket[0]] += int(
                item["count"]["N"]
            )
    return counted
