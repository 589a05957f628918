"""The invocation at hand: which it is, when it began, and how long it may go on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from functions.aws.read_models.connection_items import ConnectionInfo
from functions.domain.log.events import Cause
from functions.domain.log.retention import expiry_of
from functions.domain.refusals import Unavailable

_RESERVE_MILLISECONDS: Final = 10_000
"""What is left to finish one call, which takes 9 s where it is retried, and to answer.

Who makes a second call after the first asks again whether there is time.
"""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation of the connection manager or the sweeper.

    Attributes
    ----------
    id
        What makes its events unique: the request id, or the time of the schedule, which a retry repeats.
    at
        The time of its events, epoch milliseconds, taken once.
    retention_seconds
        How long a connection's events are kept whose row does not say when it expires.
    remaining_milliseconds
        Tells how long until Lambda ends it.
    trace_id
        The root id of its trace, if it has one.
    """

    id: str
    at: int
    retention_seconds: int
    remaining_milliseconds: Callable[[], int]
    trace_id: str | None = None

    @property
    def has_time(self) -> bool:
        """Whether to begin anything more: it stops 10 s before its end."""
        return self.remaining_milliseconds() > _RESERVE_MILLISECONDS

    def share(self, part: float) -> "Invocation":
        """Return the same invocation with a part of its time, 0 to 1: others that follow have the rest."""
        spare = max(0, self.remaining_milliseconds() - _RESERVE_MILLISECONDS)
        kept = round(spare * (1 - part))
        return replace(self, remaining_milliseconds=lambda: self.remaining_milliseconds() - kept)

    def spare_time(self) -> None:
        """Raise `Unavailable` if there is no time to begin anything more."""
        if not self.has_time:
            problem = "no time to begin"
            raise Unavailable(problem)

    def cause(self, connection: ConnectionInfo) -> Cause:
        """Return who and since when, from the connection's row, for the events that this makes."""
        return Cause(
            connection_id=connection.connection_id,
            user_id=connection.user_id,
            session_id=connection.session_id,
            connected_at=connection.created_at,
            expires_at=expiry_of(connection.expires_at, connection.created_at, self.retention_seconds),
            at=self.at,
            id=self.id,
            trace_id=self.trace_id,
        )
