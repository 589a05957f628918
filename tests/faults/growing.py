"""What screens see of a reply while it grows: what the log has in the end, without a gap, and no more."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from functions.domain.replies.leasing import MOST_ATTEMPTS
from tests.faults.problems import Item, Problem
from tests.faults.world import World


def growing(world: World, texts: dict[str, Item], outcomes: dict[str, list[Item]]) -> Iterator[Problem]:
    """Yield what is wrong with what was posted of replies since the last time."""
    seen = _Seen()
    for connection, data in world.gateway.told[world.judged :]:
        if b'"messageId"' not in data:
            continue
        frame = json.loads(data)
        message_id = frame["data"].get("messageId")
        match frame["type"]:
            case "message":
                seen.latest[connection, message_id] = MOST_ATTEMPTS + 1  # nothing comes after the end
            case "text_delta":
                line = world.gateway.lines[connection]
                if "id" in frame and frame["id"] not in line.sent:
                    yield Problem("untrue", f"{connection} is told the id {frame['id']} of another's frame")
                if message_id not in texts or texts[message_id]["user_id"]["S"] != line.user:
                    yield Problem("untrue", f"{line.user} is shown the reply to {message_id}")
                yield from seen.grow(connection, frame["data"])
                for outcome in outcomes[message_id]:
                    yield from _differences(connection, frame["data"], outcome["data"]["M"])
    world.judged = len(world.gateway.told)


class _Seen:
    """How far each connection has each reply: how much of an attempt, and which attempt."""

    def __init__(self) -> None:
        self.latest: Counter[tuple[str, str]] = Counter()
        self._units: Counter[tuple[str, str, int]] = Counter()

    def grow(self, connection: str, delta: dict[str, Any]) -> Iterator[Problem]:
        message_id, attempt, offset = delta["messageId"], delta["attempt"], delta["offset"]
        place = (connection, message_id, attempt)
        if offset > self._units[place]:
            yield Problem(
                "reply", f"{connection} is shown {message_id} from {offset}, and has {self._units[place]}"
            )
        self._units[place] = max(self._units[place], offset + len(delta["text"].encode("utf-16-le")) // 2)
        if attempt < self.latest[connection, message_id]:
            yield Problem(
                "reply", f"{connection} is shown attempt {attempt} at {message_id} after a later one"
            )
        self.latest[connection, message_id] = attempt


def _differences(connection: str, delta: dict[str, Any], outcome: dict[str, Any]) -> Iterator[Problem]:
    if outcome.get("attempt", {}).get("N") == str(delta["attempt"]) and "text" in outcome:
        rest = outcome["text"]["S"].encode("utf-16-le")[2 * delta["offset"] :]
        if not rest.startswith(delta["text"].encode("utf-16-le")):
            yield Problem("reply", f"{connection} is shown {delta} of {outcome['text']['S']!r}")
