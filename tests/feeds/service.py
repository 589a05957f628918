"""A service that sends to the users and sessions of a scene, by the connection manager's own handler."""

import json
from collections.abc import Iterator
from typing import Any, Final

from functions.aws.log.owners import Owners
from functions.domain.log.claims import Take, session_key
from functions.domain.log.events import event
from functions.domain.log.facts import ConnectionOpened
from functions.handlers import connection_manager
from tests import gateway_events
from tests.fakes import OneByOne
from tests.feeds.scene import Scene
from tests.unit.operations.connections.connection_rows import RETENTION_SECONDS, Context

NOTE: Final = {"type": "invoice", "data": {"number": 7, "sum": 9.5}}
_NOBODY: Any = None
_KEPT: Final = RETENTION_SECONDS


class Service:
    """What sends, and asks what arrived.

    Attributes
    ----------
    log
        Where it is appended; a test may put another in its place.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.log = scene.log
        self._requests: Iterator[int] = iter(range(1, 1_000))

    def own(self, session_id: str = "s-1", user_id: str = "alice") -> None:
        """Let a session be a user's, as the opening of a connection does."""
        whose = {"user_id": user_id, "session_id": session_id, "expires_at": self.scene.now // 1000 + _KEPT}
        cause = gateway_events.cause(self.scene.now, f"own {session_id}", **whose)
        claim = Take(session_key(session_id), user_id, self.scene.now // 1000, cause.expires_at)
        self.scene.log.append(event(cause, ConnectionOpened()), (claim,))

    def send(self, message: object = NOTE, **to: Any) -> dict[str, Any]:
        """Send a notification, by default to alice."""
        whom = to if "feed" in to else {"feed": "user", "userId": "alice", **to}
        return self.ask("send", message=message, **whom)

    def ask(self, operation: str, *, left: int = 60_000, **arguments: Any) -> dict[str, Any]:
        """Ask the manager, which has so much time left, in milliseconds; each time is another invocation."""
        scene = self.scene
        answer = connection_manager.handler(
            {"operation": operation, **arguments},
            Context(*[left] * 9, request_id=f"r-{next(self._requests)}"),
            _NOBODY,
            self.log,
            scene.callbacks,
            lambda: scene.now,
            scene.stores,
            Owners(scene.client, scene.tables.claims),
            OneByOne,
            lambda _: None,
            scene.deferring,
        )
        told: dict[str, Any] = json.loads(json.dumps(answer))
        return told
