"""What the tests of single faults share: who connects and says what, and what is there in the end."""

from collections.abc import Callable
from typing import Any

from functions.domain.log.ids import MINUTE
from tests.faults.checks import problems
from tests.faults.equality import scan
from tests.faults.gateway import Line
from tests.faults.stream import Stream
from tests.faults.world import World

HELLO = {"type": "text_message", "id": "m-1", "data": {"text": "Hello"}}


def connected(world: World, session: str | None = "talk") -> Line:
    line = world.connect("ada", session)
    assert line
    return line


def say(world: World, line: Line, frame: dict[str, Any] = HELLO) -> str | None:
    answer = world.frame(line, frame, text=frame.get("data", {}).get("text"))
    if answer is None:
        return None
    return str(answer["data"]["code"] if answer["type"] == "error" else answer["type"])


def types(world: World) -> list[str]:
    items = scan(world, world.tables.events)
    return [item["type"]["S"] for item in sorted(items, key=lambda item: str(item["event_id"]["S"]))]


def row(world: World, line: Line) -> dict[str, Any]:
    rows = scan(world, world.tables.connections)
    return next(item for item in rows if item["connectionId"]["S"] == line.id)


def deliver(world: World, *streams: Stream) -> None:
    pollers: list[Callable[[], None]] = []
    for stream in streams:
        pollers += stream.pollers(last=True)
    world.turns.run(*pollers)


def settled(world: World, *streams: Stream) -> list[Any]:
    """Heal the feeds, deliver everything, redrive what was given up, and return what is wrong."""
    world.heal()
    deliver(world, *streams)
    for stream in streams:
        stream.redrive()
    return problems(world)


def ahead(world: World, line: Line) -> None:
    """Speak faster than speech, which is answered by callback."""
    voice = world.frame(line, {"type": "voice_start"})
    assert voice
    world.now += MINUTE
    data = {"voiceSessionId": voice["data"]["voiceSessionId"], "seq": 10**6, "audio": "AAAA"}
    world.frame(line, {"type": "voice_data", "data": data}, route="voice_data")
