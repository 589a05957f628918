"""What must hold after a history: nothing lost, nothing twice, and the read models equal to the log."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from functions.domain.limits import LOST_AFTER_SECONDS
from functions.domain.log.events import conversation_of
from functions.domain.log.ids import MINUTE
from functions.domain.voice.holding import first_held_until
from tests.faults import engine
from tests.faults.equality import differences, scan
from tests.faults.ledger import Acknowledged
from tests.faults.outcomes import replying
from tests.faults.problems import Item, Problem
from tests.faults.reserving import reserving
from tests.faults.telling import acknowledged, asking, feeds_of_world, hearing, numbering, over, words_of
from tests.faults.world import World

_DAY: Final = 1440 * MINUTE
_SAID: Final = frozenset({"TextMessageReceived", "NotificationSent", "VoiceTurnTranscribed"})
_COUNTED: Final = {"TextMessageReceived": "texts", "VoiceSessionStarted": "voices"}


def problems(world: World) -> list[Problem]:
    """Return everything that is wrong with the tables of a world at rest."""
    stored = list(scan(world, world.tables.events))
    items = [item for item in stored if "user_id" in item and int(item["expires_at"]["N"]) * 1000 > world.now]
    found = [*_acknowledged(world, items), *_texts(items), *_causes(items), *_voices(world, items)]
    found += [
        *_refusals(world, items),
        *_sweeps(world, items),
        *_losses(world, items),
        *_counts(world, stored),
        *_told(world, items),
    ]
    return [*found, *differences(world, items)]


def _acknowledged(world: World, items: list[Item]) -> Iterator[Problem]:
    by_id = {item["event_id"]["S"]: item for item in items}
    counts = Counter((item["connection_id"]["S"], item["type"]["S"]) for item in items)
    ended = {_session(item) for item in items if item["type"]["S"] == "VoiceSessionEnded"}
    for entry in world.ledger.entries:
        if entry.connection in world.expired:
            continue
        if entry.event_id is not None:
            kept = _is_kept(entry, by_id.get(entry.event_id))
        elif entry.type == "VoiceSessionEnded":
            kept = entry.text in ended
        else:
            kept = bool(counts[entry.connection, entry.type])
        if not kept:
            yield Problem("lost", f"{entry.type} of {entry.connection} {entry.event_id} {entry.text}")


def _is_kept(entry: Acknowledged, item: Item | None) -> bool:
    if item is None or item["type"]["S"] != entry.type:
        return False
    return entry.text is None or words_of(item) == entry.text


def _refusals(world: World, items: list[Item]) -> Iterator[Problem]:
    recorded = {
        (item["connection_id"]["S"], item["data"]["M"]["code"]["S"], int(item["at"]["N"]) // MINUTE)
        for item in items
        if item["type"]["S"] == "MessageRejected"
    }
    for refusal in sorted(world.ledger.refusals - recorded):
        if refusal[0] not in world.expired:
            yield Problem("lost", f"the refusal {refusal}")


def _sweeps(world: World, items: list[Item]) -> Iterator[Problem]:
    lost = Counter(
        int(item["at"]["N"])
        for item in items
        if item["type"]["S"] == "ConnectionLost" and item["data"]["M"]["detected_by"]["S"] == "sweeper"
    )
    for at, count in world.ledger.swept.items():
        if lost[at] < count and not world.expired:
            yield Problem("lost", f"the sweep of {at} says {count}, the log {lost[at]}")


def _texts(items: list[Item]) -> Iterator[Problem]:
    """No two frames, notifications and turns of speech have the same words, but a repeated frame's."""
    words = Counter(words_of(item) for item in items if item["type"]["S"] in _SAID)
    yield from (Problem("twice", str(text)) for text, count in words.items() if count > 1)


def _causes(items: list[Item]) -> Iterator[Problem]:
    """What one cause can make only once, whatever is repeated."""
    causes = Counter(filter(None, map(_cause, items)))
    yield from (Problem("twice", " ".join(cause)) for cause, count in causes.items() if count > 1)


def _cause(item: Item) -> tuple[str, ...] | None:
    data, at = item["data"]["M"], int(item["at"]["N"])
    match item["type"]["S"]:
        case "ConnectionOpened" | "ConnectionFailed":
            return ("the opening", item["connection_id"]["S"])
        case "ConnectionClosed" | "ConnectionLost" | "VoiceSessionStarted":
            of: tuple[str, ...] = (str(at),)
        case "VoiceSessionEnded":
            of = (_session(item),)
        case "MessageRejected":
            of = (str(at // MINUTE), data["code"]["S"])
        case "ActivityRecorded" if "voice_session_id" in data:
            of = (_session(item), str(at // MINUTE))
        case _:
            return None
    return (item["type"]["S"], item["connection_id"]["S"], *of)


def _session(item: Item) -> str:
    session: str = item["data"]["M"]["voice_session_id"]["S"]
    return session


def _voices(world: World, items: list[Item]) -> Iterator[Problem]:
    """No voice session starts while another one holds the conversation.

    Which was written first counts: who asks while another one holds it may be slow, and come after its end.
    """
    order: dict[str, int] = {}
    for number, record in enumerate(engine.written(world.tables.events)):
        order.setdefault(record["dynamodb"]["Keys"]["event_id"]["S"], number)
    ended = {
        _session(item): order[item["event_id"]["S"]]
        for item in items
        if item["type"]["S"] == "VoiceSessionEnded"
    }
    starts: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda each: order[each["event_id"]["S"]]):
        if item["type"]["S"] == "VoiceSessionStarted":
            session, connection = item.get("session_id", {}).get("S"), item["connection_id"]["S"]
            starts.setdefault(conversation_of(session, connection), []).append(item)
    for conversation, own in starts.items():
        for first, second in pairwise(own):
            at, started = int(second["at"]["N"]), order[second["event_id"]["S"]]
            held_until = first_held_until(int(first["at"]["N"])) * 1000
            if at < held_until and ended.get(first["event_id"]["S"], started) >= started:
                yield Problem("twice", f"two voice sessions of {conversation} are open at {at}")


def _losses(world: World, items: list[Item]) -> Iterator[Problem]:
    """Nobody is lost of whom the gateway did not say so, but who was not let in, or is older than can be."""
    for item in items:
        connection, age = item["connection_id"]["S"], int(item["at"]["N"]) - int(item["connected_at"]["N"])
        known = connection in world.gateway.gone or age > LOST_AFTER_SECONDS * 1000
        if item["type"]["S"] == "ConnectionLost" and not known and _by(item) != "connect":
            yield Problem("untrue", f"{connection} is lost, and the gateway never said so")


def _by(item: Item) -> str:
    by: str = item["data"]["M"]["detected_by"]["S"]
    return by


def _told(world: World, items: list[Item]) -> Iterator[Problem]:
    feeds = feeds_of_world(world)
    yield from numbering(feeds, items)
    yield from hearing(feeds, items, world.heard, over(items, world.now))
    world.heard.clear()
    yield from replying(world, feeds, items)
    yield from reserving(world, items)
    yield from acknowledged(world, feeds)
    yield from asking(world)


def _counts(world: World, stored: list[Item]) -> Iterator[Problem]:
    """What was counted of a user in a minute is what the log holds of it, and no more than the limits."""
    counts = {
        item["claim"]["S"]: item
        for item in scan(world, world.tables.claims)
        if item["claim"]["S"].partition("#")[0] in _COUNTED.values()
    }
    most = {"texts": world.limits.texts, "voices": world.limits.voice_sessions}
    held = {key: int(item["count"]["N"]) for key, item in counts.items()}
    lengths = {key: int(item["bytes"]["N"]) for key, item in counts.items() if "bytes" in item}
    logged: Counter[str] = Counter()
    written: Counter[str] = Counter()
    for item in stored:
        name = _COUNTED.get(item.get("type", {}).get("S", ""))
        if name and {"at", "user_id"} <= item.keys():  # what cannot be read was never appended
            minute = (int(item["at"]["N"]) // MINUTE) * MINUTE // 1000
            key = f"{name}#{item['user_id']['S']}#{minute}"
            logged[key] += 1
            written[key] += len(item["data"]["M"].get("text", {}).get("S", "").encode())
    for key in sorted({*held, *logged}):
        if int(key.rpartition("#")[2]) * 1000 < world.now - _DAY:  # of what has expired, some is deleted
            continue
        if held.get(key, 0) != logged[key]:
            yield Problem("counter", f"{key}: counted {held.get(key, 0)}, logged {logged[key]}")
        if lengths.get(key, 0) != written[key]:
            yield Problem("counter", f"{key}: {lengths.get(key, 0)} bytes counted, {written[key]} logged")
        if written[key] > world.limits.text_bytes:
            yield Problem("twice", f"{key}: {written[key]} bytes are beyond the limit")
        if logged[key] > most[key.partition("#")[0]]:
            yield Problem("twice", f"{key}: {logged[key]} are beyond the limit")
