"""What a stack costs for what people do: texts, connections and speech, each by the million."""

from collections.abc import Iterator
from typing import Final

from cost import assumed, counts
from cost.bills import Bill, Line, line
from cost.stack import Stack
from functions.domain.frames.decisions import FRAMES_PER_ACTIVITY
from ops import prices

_MILLION: Final = 1_000_000
_LOG: Final = "event-store-events"


def texts(stack: Stack, *, busy: bool) -> Bill:
    """Return what a million texts cost, each acknowledged, under an ``id``, and told to one screen.

    Parameters
    ----------
    stack
        The stack.
    busy
        Whether the projector gets a hundred texts of twenty connections at once; else each comes alone.
    """
    many, connections = (assumed.BUSY_TEXTS, assumed.BUSY_CONNECTIONS) if busy else (1, 1)
    events = 1 + _indexes(stack)
    append = (events + counts.CLAIM + counts.COUNT) * counts.TRANSACTION
    rows = counts.ROW + counts.CHANGED_INDEXES
    # what is counted of each text is written once for the transaction; a busy batch takes two of them
    counters = counts.COUNTERS_OF_TEXT * (2 if busy else 1)
    projection = (many * counts.MESSAGE + connections * rows + counters) * counts.TRANSACTION / many
    reads = (many * counts.READS_OF_MESSAGE + connections + 1) / many
    kept = events * assumed.EVENT_GB + assumed.MESSAGE_GB + assumed.NUMBER_GB
    return Bill(
        "a million texts, " + ("in batches of 100" if busy else "each alone"),
        (
            line("gateway: the text and its text_ack", (prices.MESSAGES, 2 * _MILLION)),
            _invoked("message", stack, _MILLION, assumed.APPEND_SECONDS),
            _written(f"append: ({events} for the event + 1 claim + 1 count) doubled", append),
            _written("projection: the message, the row and its indexes, the counters, doubled", projection),
            line("projection: reads", (prices.READ_UNITS, reads * _MILLION)),
            _invoked("projector", stack, _MILLION / many, assumed.PROJECT_SECONDS),
            # where texts are answered, who answers one delivers it
            *(() if stack.memory_gb("responder") else (_delivering(stack),)),
            _written("delivery: the number", counts.NUMBER),
            line("delivery: reads", (prices.READ_UNITS, counts.READS_OF_DELIVERY * _MILLION)),
            line("delivery: gateway, to one screen", (prices.MESSAGES, _MILLION)),
            _logged(2 + 1 / many),
            *accessed(stack, _MILLION),
            *_kept(stack, kept, assumed.EVENT_GB + assumed.NUMBER_GB),
        ),
    )


def replies(stack: Stack) -> Bill:
    """Return what a million replies of about 1,000 characters cost, each alone, and shown on one screen."""
    events = 1 + _indexes(stack)
    appended = counts.LEASE + events * counts.REPLY + counts.NUMBER_KEPT
    rows = counts.ROW + counts.CHANGED_INDEXES
    projection = (counts.REPLY_MESSAGE + rows + counts.COUNTERS_OF_TEXT) * counts.TRANSACTION
    looks = assumed.ANSWER_SECONDS * counts.READS_OF_LOOK
    kept = events * assumed.REPLY_GB + assumed.MESSAGE_GB + assumed.NUMBER_GB
    tokens = (
        (prices.TOKENS_READ, assumed.TOKENS_READ * _MILLION),
        (prices.TOKENS_WRITTEN, assumed.TOKENS_WRITTEN * _MILLION),
    )
    return Bill(
        "a million replies",
        (
            line("model: tokens that it reads and writes", *tokens),
            _invoked("responder", stack, _MILLION, assumed.ANSWER_SECONDS),
            _written(f"append: the lease, {events} times the event, its number once more", appended),
            _written("projection: the message, the row and its indexes, the counters, doubled", projection),
            line(
                "projection: reads", (prices.READ_UNITS, (counts.READS + counts.READS_OF_MESSAGE) * _MILLION)
            ),
            _invoked("projector", stack, _MILLION, assumed.PROJECT_SECONDS),
            _written("delivery: the number", counts.NUMBER),
            line(
                "conversation, delivery, and a look each second: reads",
                (prices.READ_UNITS, (counts.READS_OF_ANSWER + looks) * _MILLION),
            ),
            line(
                "gateway: deltas and the reply, to one screen",
                (prices.MESSAGES, (assumed.DELTAS + 1) * _MILLION),
            ),
            _logged(2),
            *_kept(stack, kept, assumed.REPLY_GB + assumed.NUMBER_GB),
        ),
    )


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
    events = 1 + _indexes(stack)
    rows = counts.ROW + counts.ALL_INDEXES
    projection = (many * rows + counts.COUNTERS_OF_CONNECTION) * counts.TRANSACTION / many
    reads = 2 * (many + counts.READS - 1) / many + counts.READS_OF_COUNT
    kept = 2 * events * assumed.EVENT_GB + counts.ROWS_KEPT * assumed.ROW_GB
    return Bill(
        "a million connections, " + ("in batches of 100" if busy else "each alone"),
        (
            _invoked("authorizer", stack, _MILLION, assumed.APPEND_SECONDS),
            _invoked("lifecycle", stack, 2 * _MILLION, assumed.APPEND_SECONDS),
            _written(f"two appends: {events} each", 2 * events),
            _written("subscribers of two feeds, written and deleted", 2 * counts.SUBSCRIBERS),
            _written("two projections: the row, its indexes and the counters, doubled", 2 * projection),
            line("reads, and the count of open connections", (prices.READ_UNITS, reads * _MILLION)),
            _invoked("projector", stack, 2 * _MILLION / many, assumed.PROJECT_SECONDS),
            _logged(3 + 2 / many),
            *accessed(stack, 2 * _MILLION),
            *_kept(stack, kept, 2 * assumed.EVENT_GB),
        ),
    )


def voice_minutes(stack: Stack) -> Bill:
    """Return what a million minutes of speech cost, at ten frames a second, without its sessions."""
    frames = 60 * assumed.FRAMES_A_SECOND * _MILLION
    events = frames / FRAMES_PER_ACTIVITY / _MILLION
    append = (1 + _indexes(stack)) * events
    written = append + (counts.ROW + counts.CHANGED_INDEXES) * counts.TRANSACTION * events
    return Bill(
        "a million voice minutes",
        (
            line("gateway: frames, one way", (prices.MESSAGES, frames)),
            _invoked("message", stack, frames, assumed.FRAME_SECONDS),
            _written(f"append and projection of an event for {FRAMES_PER_ACTIVITY} frames", written),
            line("projection: reads", (prices.READ_UNITS, counts.READS * events * _MILLION)),
            _invoked("projector", stack, events * _MILLION, assumed.PROJECT_SECONDS),
            _logged(events),
            *accessed(stack, frames),
            *_kept(stack, (1 + _indexes(stack)) * events * assumed.EVENT_GB, events * assumed.EVENT_GB),
        ),
    )


def voice_sessions(stack: Stack) -> Bill:
    """Return what a million voice sessions cost, started and ended without ``id``, each alone."""
    events = 1 + _indexes(stack)
    start = (events + counts.CLAIM + counts.COUNT) * counts.TRANSACTION
    end = (events + counts.CLAIM) * counts.TRANSACTION
    rows = counts.ROW + counts.CHANGED_INDEXES
    projection = (2 * rows + counts.COUNTERS_OF_VOICE_SESSION) * counts.TRANSACTION
    return Bill(
        "a million voice sessions, started and ended",
        (
            line("gateway: two frames and two answers", (prices.MESSAGES, 4 * _MILLION)),
            _invoked("message", stack, 2 * _MILLION, assumed.APPEND_SECONDS),
            _written(f"start: ({events} for the event + 1 claim + 1 count) doubled", start),
            _written(f"end: ({events} for the event + 1 claim) doubled", end),
            _written("two projections: the row and its indexes, the counters, doubled", projection),
            line("projection: reads", (prices.READ_UNITS, 2 * counts.READS * _MILLION)),
            _invoked("projector", stack, 2 * _MILLION, assumed.PROJECT_SECONDS),
            _logged(4),
            *accessed(stack, 2 * _MILLION),
            *_kept(stack, 2 * events * assumed.EVENT_GB, 2 * assumed.EVENT_GB),
        ),
    )


def tickets(stack: Stack) -> Bill:
    """Return what a million tickets cost, which browsers need to connect."""
    return Bill(
        "a million tickets",
        (
            line("gateway: the request", (prices.HTTP_REQUESTS, _MILLION)),
            _invoked("ticket", stack, _MILLION, assumed.APPEND_SECONDS),
            _written("a write and a deletion", counts.TICKET),
            _logged(1),
            *accessed(stack, _MILLION),
        ),
    )


def accessed(stack: Stack, requests: float) -> Iterator[Line]:
    """Yield what the gateway's lines of so many requests cost, pings too, if it writes them."""
    if stack.logs_access:
        yield line("access logs", (prices.LOGGED, requests * assumed.LOG_LINE_GB))


def _indexes(stack: Stack) -> int:
    """Return how many indexes of the log hold each event."""
    return len(stack.table(_LOG)["globalSecondaryIndexes"])


def _invoked(function: str, stack: Stack, times: float, seconds: float) -> Line:
    uses = [(prices.INVOCATIONS, times), (prices.GB_SECONDS, times * seconds * stack.memory_gb(function))]
    if stack.is_traced(function):
        uses.append((prices.TRACES, times * assumed.TRACED_SHARE))
    return line(f"function {function}", *uses)


def _delivering(stack: Stack) -> Line:
    return _invoked("feed", stack, _MILLION, assumed.DELIVER_SECONDS)


def _written(what: str, units: float) -> Line:
    return line(f"{what} = {units:.4g} units", (prices.WRITE_UNITS, units * _MILLION))


def _logged(lines: float) -> Line:
    return line("logs", (prices.LOGGED, lines * _MILLION * assumed.LOG_LINE_GB))


def _kept(stack: Stack, gb: float, of_log_gb: float) -> Iterator[Line]:
    """Yield what it costs to keep something for as long as events are kept."""
    months = stack.retention_days / assumed.MONTH_DAYS
    yield line(f"stored for {stack.retention_days} days", (prices.STORED, gb * _MILLION * months))
    if stack.table(_LOG).get("pointInTimeRecovery", {}).get("enabled"):
        yield line("point-in-time recovery of the log", (prices.RECOVERABLE, of_log_gb * _MILLION * months))
