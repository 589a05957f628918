"""Reads what the log has of a connection page by page: all of it may be more than a function's memory."""

from collections.abc import Iterator

from functions.aws.log.event_items import MalformedEventError, decode
from functions.aws.log.event_log import EventLog
from functions.aws.logs import logger
from functions.domain.log.events import Event


def log_pages(connection: str, log: EventLog, now: int) -> Iterator[list[Event]]:
    """Yield the events of a connection in the order of their ids, a page of the log (1 MB) at a time.

    What has expired by now (epoch milliseconds) is left out; what is not an event is reported. A page may be
    empty.

    Raises
    ------
    Unavailable
        If the log cannot be read in time.
    """
    for items in log.pages(connection):
        page = []
        for item in items:
            try:
                event = decode(item)
            except MalformedEventError as problem:
                logger.error("malformed_event", extra={"connection_id": connection, "problem": str(problem)})
            else:
                if not is_expired(event, now):
                    page.append(event)
        yield page


def is_expired(event: Event, now: int) -> bool:
    """Tell whether an event has expired at a time in epoch milliseconds, deleted yet or not."""
    return event.expires_at * 1000 <= now
