"""What feeds cost: the units of a delivery, of a connection, of a resume of 50, and of a page of history."""

from collections.abc import Callable
from typing import Any

from benchmarks.accounting import Spent, spending
from benchmarks.stage import tables
from benchmarks.table import Figure, at_most

_MISSED = 50


def figures() -> list[Figure]:
    """Measure through the function itself, on tables in this process."""
    with tables():
        from tests.feeds.scene import Scene  # noqa: PLC0415 - its handler reads the environment

        scene = Scene()
        subscriber = scene.subscribe("c-1")

        def spent_by(what: Callable[[], Any]) -> Spent:
            with spending(scene.client) as spent:
                what()
            return spent

        said = scene.append("A text of two hundred characters. " * 6)
        delivery = spent_by(lambda: scene.deliver(said))
        connect = spent_by(lambda: scene.stores.subscribers.subscribe(subscriber))
        for number in range(_MISSED):
            scene.say(f"A text of two hundred characters. {number} " * 6)
        at = {"session": {"seq": 1, "id": said.event_id}, "user": {"seq": 0, "id": ""}}
        scene.told()
        resume = spent_by(lambda: scene.frame("resume", {"positions": at}))
        brought = [frame for frame in scene.told() if frame["type"] == "message"]
        if len(brought) != _MISSED:
            msg = f"a resume brought {len(brought)} messages"
            raise RuntimeError(msg)
        history = spent_by(lambda: scene.frame("history"))
    return [
        at_most("delivery of a text: write units", delivery.write_units, 1),
        at_most("delivery of a text: read units", delivery.read_units, 3),
        at_most("subscribers of a connection: write units", connect.write_units, 2),
        at_most(f"resume of {_MISSED}: read units", resume.read_units, _MISSED + 5),
        at_most(f"resume of {_MISSED}: requests", resume.requests, 6),
        at_most("page of history of 20: read units", history.read_units, 21),
    ]
