"""What ten minutes of speech cost, from the first frame to the last turn."""

from collections.abc import Iterator

from cost import assumed, counts
from cost.bills import Bill, Line, line
from cost.stack import Stack
from cost.work import accessed, indexes, invoked
from functions.domain.voice.speech import FRAMES_PER_ACTIVITY
from ops import prices

SECONDS = 600
FRAMES = SECONDS * assumed.FRAMES_A_SECOND
"""Of the person, who is heard all the time."""
ACTIVITIES = FRAMES // FRAMES_PER_ACTIVITY
OPENING_FRAMES = 5
"""The start with its answer and that it is ready, the end with its answer."""
_OF_SESSION = counts.SESSION + counts.MOVED_SESSION
_ROW = counts.ROW + counts.CHANGED_INDEXES + _OF_SESSION
"""Of the connection and of its session, with their indexes; a turn is no activity of a connection."""


def speech(stack: Stack) -> Bill:
    """Return what ten minutes of speech cost: one session, with one screen, under an ``id``."""
    audio = assumed.ANSWERED_SECONDS * assumed.FRAMES_A_SECOND
    told = assumed.TURNS * (assumed.TRANSCRIPTS + 1)
    events = 2 + ACTIVITIES + assumed.TURNS
    return Bill(
        "ten minutes of speech",
        (
            line(
                "model: tokens that it hears and speaks",
                (prices.SPEECH_HEARD, assumed.TOKENS_HEARD),
                (prices.SPEECH_SPOKEN, assumed.TOKENS_SPOKEN),
            ),
            line("gateway: frames of the person, one way", (prices.MESSAGES, FRAMES)),
            line(
                "gateway: the assistant's audio, transcripts and turns, the start and the end",
                (prices.MESSAGES, audio + told + OPENING_FRAMES),
            ),
            invoked("message", stack, FRAMES + 2, assumed.PUBLISH_SECONDS),
            line("message: who holds the conversation, each second", (prices.READ_UNITS, SECONDS)),
            line("AppSync: frames, in and out", (prices.CHANNEL_EVENTS, 2 * FRAMES)),
            line("AppSync: the session is connected", (prices.CHANNEL_MINUTES, SECONDS / 60)),
            invoked("voice-session", stack, 1, SECONDS),
            *_writes(stack),
            line("projection: reads", (prices.READ_UNITS, _reads())),
            invoked("projector", stack, events, assumed.PROJECT_SECONDS),
            line(
                "conversation, screens each second, delivery: reads",
                (prices.READ_UNITS, SECONDS + assumed.TURNS * counts.READS_OF_DELIVERY),
            ),
            line("logs", (prices.LOGGED, (events + assumed.TURNS) * assumed.LOG_LINE_GB)),
            *accessed(stack, FRAMES + 2),
            *_kept(stack, events),
        ),
    )


def write_units(stack: Stack) -> int:
    """Return the write units of ten minutes of speech."""
    return sum(units for _, units in _units(stack))


def _units(stack: Stack) -> Iterator[tuple[str, int]]:
    events, doubled = 1 + indexes(stack), counts.TRANSACTION
    start, end = events + counts.VOICE_START, events + counts.VOICE_END
    renewed = counts.RENEWALS * counts.RENEWAL
    held = (start + counts.CLAIM + renewed + end) * doubled
    yield "start, run, renewals and end: events and claims, doubled", held
    yield (
        f"{ACTIVITIES + assumed.TURNS} events of activity and of turns",
        (ACTIVITIES + assumed.TURNS) * events,
    )
    rows = (2 + ACTIVITIES) * _ROW + assumed.TURNS * _OF_SESSION
    counters = counts.COUNTERS_OF_VOICE_SESSION + assumed.TURNS * counts.COUNTERS_OF_TURN
    messages = assumed.TURNS * counts.MESSAGE
    yield (
        "projection: messages, rows, sessions and their indexes, counters, doubled",
        ((rows + counters + messages) * doubled),
    )
    yield "delivery: the numbers of the turns", assumed.TURNS * counts.NUMBER


def _writes(stack: Stack) -> Iterator[Line]:
    for what, units in _units(stack):
        yield line(f"{what} = {units} units", (prices.WRITE_UNITS, units))


def _reads() -> int:
    alone = counts.READS + counts.READS_OF_SESSION
    return (2 + ACTIVITIES) * alone + assumed.TURNS * (alone + counts.READS_OF_MESSAGE)


def _kept(stack: Stack, events: int) -> Iterator[Line]:
    months = stack.retention_days / assumed.MONTH_DAYS
    gb = events * (1 + indexes(stack)) * assumed.EVENT_GB
    gb += assumed.TURNS * (assumed.MESSAGE_GB + assumed.NUMBER_GB)
    yield line(f"stored for {stack.retention_days} days", (prices.STORED, gb * months))
