"""The gateway that the histories play on: which connections are open, and its @connections client."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError, ReadTimeoutError

from tests import gateway_events
from tests.faults.kinds import Fault, Faults

_TOKEN_SECONDS: Final = 7_200


@dataclass
class Line:
    """One connection, as the gateway knows it. Times in epoch milliseconds."""

    id: str
    user: str
    session: str | None
    connected_at: int
    last_active_at: int
    open: bool = True
    voice: str | None = None

    @property
    def identity(self) -> dict[str, str]:
        """The authorizer's context."""
        return gateway_events.identity(
            principalId=self.user,
            userId=self.user,
            sessionId=self.session,
            connectedAt=str(self.connected_at),
            exp=str(self.connected_at // 1000 + _TOKEN_SECONDS),
        )


@dataclass
class Gateway:
    """Connections by id, and what is still to be reported of them."""

    faults: Faults
    pause: Callable[[], None]
    lines: dict[str, Line] = field(default_factory=dict)
    ended: list[Line] = field(default_factory=list)
    """Whose ``$disconnect`` is still to come."""
    gone: set[str] = field(default_factory=set)
    """Of which it once said that they are not there."""
    told: list[tuple[str, bytes]] = field(default_factory=list)
    """What was posted, to whom."""

    def end(self, line: Line) -> None:
        """Close a connection; its ``$disconnect`` follows, if it is not lost."""
        if line.open:
            line.open = False
            if not self.faults.happens(Fault.DISCONNECT_LOST):
                self.ended.append(line)


class Management:
    """A client of @connections, as far as `Callbacks` uses one."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> dict[str, Any]:  # noqa: N803 - AWS's own
        """Deliver a frame."""
        line = self._find(ConnectionId)
        self._gateway.told.append((line.id, Data))
        return {}

    def get_connection(self, *, ConnectionId: str) -> dict[str, Any]:  # noqa: N803 - AWS's own
        """Show a connection."""
        line = self._find(ConnectionId)
        return {"LastActiveAt": datetime.fromtimestamp(line.last_active_at / 1000, UTC)}

    def delete_connection(self, *, ConnectionId: str) -> dict[str, Any]:  # noqa: N803 - AWS's own
        """Close a connection."""
        self._gateway.end(self._find(ConnectionId))
        return {}

    def _find(self, connection: str) -> Line:
        self._gateway.pause()
        faults = self._gateway.faults
        if faults.happens(Fault.LIMIT):
            raise _failure("LimitExceededException", 429)
        if faults.happens(Fault.CALLBACK_LATE):
            raise ReadTimeoutError(endpoint_url="")
        line = self._gateway.lines.get(connection)
        if line is None or not line.open or faults.happens(Fault.GONE):
            self._gateway.gone.add(connection)
            raise _failure("GoneException", 410)
        return line


def _failure(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PostToConnection")  # type: ignore[arg-type]  # the rest is never read
