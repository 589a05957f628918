"""A service that sends notifications to users and sessions, each under an id, until it knows it was kept."""

import json
from typing import Any, Final

from functions.domain.log.ids import MINUTE
from functions.domain.log.unconnected import unconnected_key
from functions.domain.times import iso
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
_LAST: Final = (20_000, 2 * MINUTE, 10 * MINUTE, 2_000 * MINUTE)
"""For how many milliseconds some of it is shown."""
_NOTHING_KEPT: Final = frozenset({"not_found", "invalid_request"})
"""Nobody has the session, yet; or it is over already."""


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
        message = _message(f"news {number}")
        request: dict[str, Any] = {"operation": "send", **to, "id": f"n{number}", "message": message}
        if world.random.random() < 0.4:
            ends_at = (world.now + world.random.choice(_LAST)) // 1_000 * 1_000
            request["expiresAt"] = iso(ends_at)
            world.ends[_content(message)] = ends_at
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
                content = _content(request["message"])
                self._world.ledger.notified(unconnected_key(own_id), own_id, content)
                return own_id
            if answer and answer["error"]["code"] in _NOTHING_KEPT:
                return None
        return None


def _content(message: dict[str, Any]) -> str:
    return json.dumps(message["data"], separators=(",", ":"))


def _message(words: str) -> dict[str, Any]:
    return {"type": "news", "data": {"words": words}}
