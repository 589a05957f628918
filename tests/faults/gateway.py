"""The gateway that the histories play on: which connections are open, and its @connections client."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from botocore.exceptions import ClientError, ReadTimeoutError

from tests import gateway_events
from tests.faults.engine import CrashError
from tests.faults.kinds import Fault, Faults

_TOKEN_SECONDS: Final = 7_200
_BUSY: Final = (2, 3, 14)
"""Posts that a busy gateway does not take: three are made before one waits in the queue."""


@dataclass
class Line:
    """One connection, as the gateway knows it. Times in epoch milliseconds.

    Attributes
    ----------
    arriving, late
        The frames that are on their way to the client: those that come next, and those that come after them.
    sent
        The client's own ids of the frames that it sent.
    """

    id: str
    user: str
    session: str | None
    connected_at: int
    last_active_at: int
    open: bool = True
    voice: str | None = None
    arriving: list[bytes] = field(default_factory=list)
    late: list[bytes] = field(default_factory=list)
    sent: set[str | None] = field(default_factory=set)

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
    random: Random
    is_relieved: bool = False
    """Whether there is a queue, in which what it is too busy for can wait."""
    busy: dict[str, int] = field(default_factory=dict)
    """How many posts to a connection it is still too busy for."""
    posted: Callable[[bytes], None] = lambda _frame: None
    """Called with each frame that is posted."""
    lines: dict[str, Line] = field(default_factory=dict)
    ended: list[Line] = field(default_factory=list)
    """Whose ``$disconnect`` is still to come."""
    gone: set[str] = field(default_factory=set)
    """Of which it once said that they are not there."""
    told: list[tuple[str, bytes]] = field(default_factory=list)
    """What was posted, to whom."""

    def is_busy(self, line: Line) -> bool:
        """Tell whether it takes no post to a connection at this moment."""
        if self.is_relieved and not self.busy.get(line.id) and self.faults.happens(Fault.BUSY):
            self.keep_busy(line.id)
        left = self.busy.pop(line.id, 0)
        if left > 1:
            self.busy[line.id] = left - 1
        if left and not self.faults.calm:
            self.faults.injected[Fault.BUSY] += 1
        return bool(left)

    def keep_busy(self, connection: str) -> None:
        """Take none of the next posts to a connection."""
        self.busy[connection] = self.random.choice(_BUSY)

    def bring(self, line: Line, frame: bytes) -> None:
        """Put a frame on its way to a client."""
        if self.faults.happens(Fault.POST_LOST):
            return
        (line.late if self.faults.happens(Fault.POST_LATE) else line.arriving).append(frame)
        if self.faults.happens(Fault.POST_DOUBLED):
            line.late.append(frame)

    def take(self, line: Line) -> list[bytes]:
        """Return what has come to a client since the last time."""
        came, line.arriving, line.late = line.arriving, line.late, []
        if len(came) > 1 and self.faults.happens(Fault.POSTS_REORDERED):
            self.random.shuffle(came)
        return came

    def end(self, line: Line) -> None:
        """Close a connection, and lose what is on its way; ``$disconnect`` follows, if it is not lost."""
        if line.open:
            line.open = False
            line.arriving, line.late = [], []
            if not self.faults.happens(Fault.DISCONNECT_LOST):
                self.ended.append(line)


class Management:
    """A client of @connections, as far as `Callbacks` uses one."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> dict[str, Any]:  # noqa: N803 - AWS's own
        """Deliver a frame."""
        gateway, line = self._gateway, self._find(ConnectionId)
        if gateway.is_busy(line):
            raise _failure("LimitExceededException", 429)
        if gateway.faults.happens(Fault.CRASH_BEFORE_POST):
            raise CrashError
        if gateway.faults.happens(Fault.CUT):
            gateway.end(line)
            gateway.gone.add(line.id)
            raise _failure("GoneException", 410)
        gateway.told.append((line.id, Data))
        gateway.posted(Data)
        gateway.bring(line, Data)
        if gateway.faults.happens(Fault.CRASH_AFTER_POST):
            raise CrashError
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
