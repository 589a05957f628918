"""What one user can make a stack spend in a minute at most: within all limits, and by each request beyond.

These are bounds and no estimates: a hostile client that does whatever costs most stays below them, as a test
shows that counts. They follow from what the stack's functions are told. What a speaker can cost is in a table
of its own (docs/security.md), since a stack where nobody can speak refuses all of it.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple, get_args

from cost import counts
from cost.stack import Stack
from functions import names
from functions.domain.feeds.contents import TEXT_BYTES
from functions.domain.feeds.resuming import MOST_MESSAGES
from functions.domain.frames.protocol import MAX_FRAME_BYTES, MAX_TEXT_CHARACTERS
from functions.domain.refusals import ErrorCode
from functions.domain.replies.draft import MAX_REPLY_BYTES, interval
from functions.domain.replies.leasing import MOST_ATTEMPTS
from functions.domain.tokens import tokens_of

MOST_SCREENS: Final = 10
"""Connections that get deltas: the responder's own number, as a test holds."""
REPLY_BYTES_PER_TOKEN: Final = 8
"""Of what models say, at most: the settings hold the longest reply to it, too."""
_MINUTE: Final = 60
_KILOBYTE: Final = 1_024
_ESCAPE: Final = len(r"\u0000")
"""Bytes of a character in JSON at most."""
_INDEXES: Final = 2
"""Of the events, each of which holds them whole."""
_ROWS: Final = counts.ROW + counts.CHANGED_INDEXES + counts.SESSION + counts.MOVED_SESSION
"""Of a connection and of its session, as something that is said changes them."""


class Most(NamedTuple):
    """What something costs at most; ``write_units`` of tables and indexes, with the projection's."""

    what: str
    how_many: str
    tokens: int = 0
    posts: int = 0
    invocations: int = 0
    write_units: int = 0

    def times(self, number: int) -> "Most":
        """Return so many of it."""
        return Most(self.what, f"{number:,}", *(number * each for each in self[2:]))


class User:
    """What a user may do in a minute, by what the functions of a stack are told.

    Parameters
    ----------
    stack
        The stack; one whose texts are answered.
    """

    def __init__(self, stack: Stack) -> None:
        message, feed = stack.variables("message"), stack.variables("feed")
        self.texts = int(message[names.TEXTS_PER_MINUTE])
        self.text_bytes = int(message[names.TEXT_BYTES_PER_MINUTE])
        # a minute may begin in one quarter of an hour and end in the next, which counts anew
        self.in_flight = 2 * int(message[names.REPLIES_IN_FLIGHT])
        self.tokens_beside = int(message[names.TOKENS_BESIDE_QUESTION])
        self.resumes = int(feed[names.RESUMES_PER_MINUTE])
        self.histories = int(feed[names.HISTORIES_PER_MINUTE])
        self.cancels = int(feed[names.CANCELS_PER_MINUTE])
        self.screens = int(stack.variables("authorizer")[names.CONNECTIONS_PER_USER])
        most_tokens = int(stack.variables("responder")[names.MAX_TOKENS])
        self.reply_bytes = min(MAX_REPLY_BYTES, REPLY_BYTES_PER_TOKEN * most_tokens)


def within_limits(user: User) -> tuple[Most, ...]:
    """Return what each thing costs that a user may do so often in a minute."""
    return (_texts(user), _replies(user), *_of_feeds(user), _refusals(user))


def sum_of(rows: tuple[Most, ...]) -> Most:
    """Return what all of it costs."""
    return Most("all of that", "", *(sum(each) for each in zip(*(row[2:] for row in rows), strict=True)))


def beyond(user: User) -> Iterator[Most]:
    """Yield what each request costs that no limit of a user bounds, but the throttles of the stage do."""
    claims = counts.CLAIM + counts.COUNT + counts.RESERVATIONS
    # what is refused is written nowhere, and charged all the same; to no index, since the condition failed
    failed = counts.TRANSACTION * (_kilobytes(MAX_FRAME_BYTES, 1) + claims)
    yield Most("a frame that is refused, or repeated", "each", 0, 1, 1, failed)
    opened = counts.TRANSACTION * (_events(1) + counts.CLAIM)
    projected = 2 * counts.TRANSACTION * (counts.ROW + counts.ALL_INDEXES + counts.COUNTERS_OF_CONNECTION)
    catching_up = user.in_flight * _parts(user.reply_bytes)
    units = opened + _events(1) + 2 * counts.SUBSCRIBERS + projected
    yield Most("a connection, opened and closed", "each", 0, catching_up, 5, units)


def _texts(user: User) -> Most:
    number, kilobytes = user.texts, _kilobytes(user.text_bytes, user.texts)
    claims = counts.CLAIM + counts.COUNT + counts.RESERVATIONS
    append = _events(kilobytes) + number * claims
    projection = kilobytes + number * (_ROWS + counts.COUNTERS_OF_TEXT)
    tokens = number * (user.tokens_beside + tokens_of("") + 1) + user.text_bytes // 3
    posts = user.screens * (number + _ESCAPE * user.text_bytes // TEXT_BYTES)
    units = counts.TRANSACTION * (append + projection) + number * counts.NUMBER
    return Most("texts", f"{number:,}", tokens, posts, 2 * number, units)


def _replies(user: User) -> Most:
    """Return what the replies to these texts cost; a fast model says one as soon as another has ended."""
    number, kilobytes = user.texts, user.texts * _kilobytes(user.reply_bytes, 1)
    seeing = min(user.screens, MOST_SCREENS)
    parts = _parts(user.reply_bytes)
    # while a reply is said, by the clock; at its beginning, for each attempt; and once it is whole
    ticks = user.in_flight * (_MINUTE * 1_000 // interval(seeing)) * seeing
    begun, whole = number * MOST_ATTEMPTS * parts * seeing, number * parts * user.screens
    outcome = _events(kilobytes) + number * counts.RESERVATIONS
    of_texts = _kilobytes(user.text_bytes, number)
    projection = kilobytes + of_texts + number * (_ROWS + counts.COUNTERS_OF_TEXT)
    leases = number * (MOST_ATTEMPTS + counts.CLAIM)
    units = counts.TRANSACTION * (outcome + projection) + leases + number * counts.NUMBER
    return Most("their replies", f"{number:,}", 0, ticks + begun + whole, number * (MOST_ATTEMPTS + 1), units)


def _of_feeds(user: User) -> Iterator[Most]:
    parts = max(_parts(MAX_TEXT_CHARACTERS), _parts(user.reply_bytes))
    resume = Most("resumes", "", 0, MOST_MESSAGES * parts + 1, 1, counts.COUNT + counts.SUBSCRIBERS)
    yield resume.times(user.resumes)
    yield Most("pages of history", "", 0, 0, 1, counts.COUNT).times(user.histories)
    yield Most("cancelled texts", "", 0, 0, 1, counts.COUNT + counts.CANCELLATION).times(user.cancels)


def _refusals(user: User) -> Most:
    """Return what the records of refusals cost: one for each connection, minute and code."""
    row = counts.TRANSACTION * (counts.ROW + counts.CHANGED_INDEXES)
    return Most("records of refusals", "", 0, 0, 1, _events(1) + row).times(
        user.screens * len(get_args(ErrorCode))
    )


def _events(kilobytes: int) -> int:
    """Return the units of events of so many kilobytes, in the table and in its indexes."""
    return (1 + _INDEXES) * kilobytes


def _kilobytes(text_bytes: int, number: int) -> int:
    """Return the kilobytes begun by so many items with these bytes of text: less than one is around each."""
    return -(-text_bytes // _KILOBYTE) + 2 * number - 1


def _parts(characters: int) -> int:
    """Return in how many frames so many characters come, if each of them has to be escaped."""
    return -(-_ESCAPE * characters // TEXT_BYTES)
