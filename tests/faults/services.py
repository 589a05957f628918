"""A service that sends notifications to users and sessions, each under an id, until it knows it was kept."""

import json
from typing import Any, Final

from functions.domain.log.unconnected import unconnected_key
from tests.faults.kinds import Fault
from tests.faults.world import World

_ATTEMPTS: Final = 3
_TO: Final[tuple[dict[str, str], ...]] = (
    {"feed": "user", "userId": "ada"},
    {"feed": "user", "userId": "bob"},
    {"feed": "session", "sessionId": "talk"},
    {"feed": "session", "sessionId": "nobodys"},
)
_SHARES: Final = (3, 2, 4, 1)


class Service:
    """Whoever asks the connection manager to send."""

    def __init__(self, world: World) -> None:
        self._world = world

    def act(self) -> None:
        """Send something, or nothing."""
        world = self._world
        if not world.faults.happens(Fault.NOTIFIED):
            return
        number = world.number()
        to = world.random.choices(_TO, _SHARES)[0]
        request = {"operation": "send", **to, "id": f"n{number}", "message": _message(f"news {number}")}
        known = {self._ask(request) for _ in range(world.random.choice((1, 1, 2)))} - {None}
        if len(known) > 1:
            world.untrue.append(f"{request['id']} is kept as {known}")
        if known and world.random.random() < 0.3:
            other = {**request, "message": _message(f"other news {number}")}
            answer = world.manage(other)
            if answer and "messageId" in answer:
                world.untrue.append(f"something else was sent under {request['id']}")

    def _ask(self, request: dict[str, Any]) -> str | None:
        """Send something until it was kept; return its id, None if it is not known to be."""
        for _ in range(_ATTEMPTS):
            answer = self._world.manage(request)
            if answer and "messageId" in answer:
                own_id: str = answer["messageId"]
                content = json.dumps(request["message"]["data"], separators=(",", ":"))
                self._world.ledger.notified(unconnected_key(own_id), own_id, content)
                return own_id
            if answer and answer["error"]["code"] == "not_found":
                return None  # nobody has the session, yet
        return None


def _message(words: str) -> dict[str, Any]:
    return {"type": "news", "data": {"words": words}}
