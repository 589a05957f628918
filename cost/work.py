"""What a stack costs for what people do: texts and connections, each by the million."""

from collections.abc import Iterator
from typing import Final

from cost import assumed, counts
from cost.bills import Bill, Line, line
from cost.stack import Stack
from ops import prices

MILLION: Final = 1_000_000
_LOG: Final = "event-store-events"


def texts(stack: Stack, *, busy: bool) -> Bill:
    """Return what a million texts cost, each in a session, acknowledged, under an ``id``, told to one screen.

    Parameters
    ----------
    stack
        The stack.
    busy
        Whether the projector gets a hundred texts of twenty connections at once; else each comes alone.
    """
    many, connections = (assumed.BUSY_TEXTS, assumed.BUSY_CONNECTIONS) if busy else (1, 1)
    events = 1 + indexes(stack)
    reserved = counts.RESERVATIONS if stack.answers else 0
    append = (events + counts.CLAIM + counts.COUNT + reserved) * counts.TRANSACTION
    rows = counts.ROW + counts.CHANGED_INDEXES + counts.SESSION + counts.MOVED_SESSION
    # what is counted of each text is written once for the transaction; a busy batch takes two of them
    counters = counts.COUNTERS_OF_TEXT * (2 if busy else 1)
    projection = (many * counts.MESSAGE + connections * rows + counters) * counts.TRANSACTION / many
    reads = (many * counts.READS_OF_MESSAGE + connections * (1 + counts.READS_OF_SESSION) + 1) / many
    gb = events * assumed.EVENT_GB + assumed.MESSAGE_GB + assumed.NUMBER_GB
    return Bill(
        "a million texts, " + ("in batches of 100" if busy else "each alone"),
        (
            line("gateway: the text and its text_ack", (prices.MESSAGES, 2 * MILLION)),
            invoked("message", stack, MILLION, assumed.APPEND_SECONDS),
            written(_appended(events, reserved), append),
            written("projection: message, row, session and their indexes, counters, doubled", projection),
            line("projection: reads", (prices.READ_UNITS, reads * MILLION)),
            invoked("projector", stack, MILLION / many, assumed.PROJECT_SECONDS),
            # where texts are answered, who answers one delivers it
            *(() if stack.memory_gb("responder") else (_delivering(stack),)),
            written("delivery: the number", counts.NUMBER),
            line("delivery: reads", (prices.READ_UNITS, counts.READS_OF_DELIVERY * MILLION)),
            line("delivery: gateway, to one screen", (prices.MESSAGES, MILLION)),
            logged(2 + 1 / many),
            *accessed(stack, MILLION),
            *kept(stack, gb, assumed.EVENT_GB + assumed.NUMBER_GB),
        ),
    )


def _appended(events: int, reserved: int) -> str:
    more = f" + {reserved} reservations" if reserved else ""
    return f"append: ({events} for the event + 1 claim + 1 count{more}) doubled"


def connections(stack: Stack, *, busy: bool) -> Bill:
    """Return what a million connections cost, opened and closed, without a session.

    Parameters
    ----------
    stack
        The stack.
    busy
        Whether a hundred open, or close, in one batch of the projector; else each comes alone.
    """
    many = assumed.BUSY_OPENED if busy else 1
    events = 1 + indexes(stack)
    rows = counts.ROW + counts.ALL_INDEXES
    projection = (many * rows + counts.COUNTERS_OF_CONNECTION) * counts.TRANSACTION / many
    reads = 2 * (many + counts.READS - 1) / many + counts.READS_OF_COUNT
    gb = 2 * events * assumed.EVENT_GB + counts.ROWS_KEPT * assumed.ROW_GB
    return Bill(
        "a million connections, " + ("in batches of 100" if busy else "each alone"),
        (
            invoked("authorizer", stack, MILLION, assumed.APPEND_SECONDS),
            invoked("lifecycle", stack, 2 * MILLION, assumed.APPEND_SECONDS),
            written(f"two appends: {events} each", 2 * events),
            written("subscribers of two feeds, written and deleted", 2 * counts.SUBSCRIBERS),
            written("two projections: the row, its indexes and the counters, doubled", 2 * projection),
            line("reads, and the count of open connections", (prices.READ_UNITS, reads * MILLION)),
            invoked("projector", stack, 2 * MILLION / many, assumed.PROJECT_SECONDS),
            logged(3 + 2 / many),
            *accessed(stack, 2 * MILLION),
            *kept(stack, gb, 2 * assumed.EVENT_GB),
        ),
    )


def tickets(stack: Stack) -> Bill:
    """Return what a million tickets cost, which browsers need to connect."""
    return Bill(
        "a million tickets",
        (
            line("gateway: the request", (prices.HTTP_REQUESTS, MILLION)),
            invoked("ticket", stack, MILLION, assumed.APPEND_SECONDS),
            written("a write and a deletion", counts.TICKET),
            logged(1),
            *accessed(stack, MILLION),
        ),
    )


def accessed(stack: Stack, requests: float) -> Iterator[Line]:
    """Yield what the gateway's lines of so many requests cost, pings too, if it writes them."""
    if stack.logs_access:
        yield line("access logs", (prices.LOGGED, requests * assumed.LOG_LINE_GB))


def indexes(stack: Stack) -> int:
    """Return how many indexes of the log hold each event."""
    return len(stack.table(_LOG)["globalSecondaryIndexes"])


def invoked(function: str, stack: Stack, times: float, seconds: float) -> Line:
    """Return the line of so many invocations of a function, each of so many seconds."""
    uses = [(prices.INVOCATIONS, times), (prices.GB_SECONDS, times * seconds * stack.memory_gb(function))]
    if stack.is_traced(function):
        uses.append((prices.TRACES, times * assumed.TRACED_SHARE))
    return line(f"function {function}", *uses)


def _delivering(stack: Stack) -> Line:
    return invoked("feed", stack, MILLION, assumed.DELIVER_SECONDS)


def written(what: str, units: float) -> Line:
    """Return the line of so many write units, each a million times."""
    return line(f"{what} = {units:.4g} units", (prices.WRITE_UNITS, units * MILLION))


def logged(lines: float) -> Line:
    """Return the line of so many log lines, each a million times."""
    return line("logs", (prices.LOGGED, lines * MILLION * assumed.LOG_LINE_GB))


def kept(stack: Stack, gb: float, of_log_gb: float) -> Iterator[Line]:
    """Yield what it costs to keep something for as long as events are kept."""
    months = stack.retention_days / assumed.MONTH_DAYS
    yield line(f"stored for {stack.retention_days} days", (prices.STORED, gb * MILLION * months))
    if stack.table(_LOG).get("pointInTimeRecovery", {}).get("enabled"):
        yield line("point-in-time recovery of the log", (prices.RECOVERABLE, of_log_gb * MILLION * months))
