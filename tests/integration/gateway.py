"""Gives the functions what the gateway would, for one connection and at any time: also late, or again."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from functions.domain.limits import CONNECTION_SECONDS
from functions.names import ROUTE_DEFAULT
from tests import gateway_events
from tests.integration.backend import Backend


def now() -> int:
    """Return the time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Gateway:
    """The gateway's word on one connection, which it may or may not know itself.

    Attributes
    ----------
    connected_at
        Epoch milliseconds.
    """

    backend: Backend
    user_id: str
    connected_at: int
    session_id: str | None = None
    connection_id: str = field(default_factory=lambda: f"{uuid.uuid4().hex[:14]}=")

    def connect(self, **context: Any) -> Any:
        """Report the beginning, by default at its own time; return what ``lifecycle`` answers."""
        return self._lifecycle(gateway_events.connect(**self._context(self.connected_at, **context)))

    def disconnect(self, **context: Any) -> Any:
        """Report the end, by default now; return what ``lifecycle`` answers."""
        return self._lifecycle(gateway_events.disconnect(**self._context(now(), **context)))

    def frame(self, body: object, route: str = ROUTE_DEFAULT, **context: Any) -> Any:
        """Hand over a frame, by default of now; return what ``message`` answers."""
        return self.backend.invoke(self.backend.named("message"), self.message(body, route, **context))

    def message(self, body: object, route: str = ROUTE_DEFAULT, **context: Any) -> dict[str, Any]:
        """Return a frame as the gateway would hand it over."""
        return gateway_events.message(body, route=route, **self._context(now(), **context))

    def _lifecycle(self, event: dict[str, Any]) -> Any:
        return self.backend.invoke(self.backend.named("lifecycle"), event)

    def _context(self, at: int, **context: Any) -> dict[str, Any]:
        return {
            "connectionId": self.connection_id,
            "requestId": uuid.uuid4().hex,
            "requestTimeEpoch": at,
            "authorizer": self.identity(),
            **context,
        }

    def identity(self, expires_in: int = CONNECTION_SECONDS) -> dict[str, str]:
        """Return the authorizer's context, of an identity that expires so many seconds after the connect."""
        return gateway_events.identity(
            userId=self.user_id,
            sessionId=self.session_id,
            connectedAt=str(self.connected_at),
            exp=str(self.connected_at // 1000 + expires_in),
        )
