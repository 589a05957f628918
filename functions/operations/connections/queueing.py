"""Sends one message to all by the delivery queue: who is connected is read now, and posted to at its pace."""

from functions.aws.read_models.connection_items import ConnectionInfo
from functions.aws.read_models.connections import Connections
from functions.domain.connections.answers import Sent
from functions.domain.connections.cursors import from_cursor, to_cursor
from functions.domain.connections.sends import Send
from functions.domain.feeds.feeds import Subscriber
from functions.domain.feeds.jobs import MOST_RECIPIENTS
from functions.operations.connections.invocation import Invocation
from functions.operations.feeds.deferring import Deferring


def queue_for_all(
    request: Send, frame: bytes, invocation: Invocation, connections: Connections, deferring: Deferring
) -> Sent:
    """Queue a frame for all connections; return how many, how many could not be, and where to go on.

    Raises
    ------
    RequestError
        ``invalid_cursor``.
    Unavailable
        If the connections cannot be read in time.
    """
    queued = failed = 0
    reached: set[str] = set()
    for page in connections.active(after=from_cursor(request.cursor, request.scope)):
        for start in range(0, len(page.rows), MOST_RECIPIENTS):
            rows = page.rows[start : start + MOST_RECIPIENTS]
            # a connection that becomes active moves in its index, and comes again
            due = [row.info for row in rows if row.info.connection_id not in reached]
            reached.update(connection.connection_id for connection in due)
            taken = deferring.push(frame, [recipient_of(each, invocation) for each in due])
            queued, failed = queued + taken, failed + len(due) - taken
            if not invocation.has_time:
                return Sent(0, 0, failed, to_cursor(rows[-1].position, request.scope), queued)
    return Sent(0, 0, failed, queued=queued)


def recipient_of(connection: ConnectionInfo, invocation: Invocation) -> Subscriber:
    """Return how the queue knows a connection, for what is found out about it there."""
    cause = invocation.cause(connection)
    return Subscriber(
        cause.connection_id, cause.user_id, cause.session_id, cause.connected_at, cause.expires_at
    )
