"""What a voice session holds while it lasts: its conversation, seats by the minute, and seconds by the day.

Whoever starts one holds the minute at hand and the next. For example, what starts at 12:00:40 is held until
12:02:00, and 80 seconds of the day are reserved. At 12:01:10 the minute from 12:02:00 on is taken as well.
Each session has its moment for that, since all of them meet in one count.
"""

from collections.abc import Iterator
from typing import Final

from functions.domain.frames import allowances
from functions.domain.frames.allowances import DAY, kept_until
from functions.domain.log.claims import (
    Claim,
    Reserve,
    Settle,
    Take,
    seats_key,
    speaking_key,
    spoken_key,
    voice_key,
)
from functions.domain.log.ids import MINUTE, event_id, minute_of, time_of
from functions.domain.voice.starts import Start

MINUTE_SECONDS: Final = MINUTE // 1000


def first_held_until(at: int) -> int:
    """Return until when a session that starts at a time holds; epoch milliseconds give epoch seconds."""
    return minute_of(at) // 1000 + 2 * MINUTE_SECONDS


def renewal_due(held_until: int) -> int:
    """Return from when on the next minute may be taken, epoch milliseconds: as the last one begins."""
    return (held_until - MINUTE_SECONDS) * 1000


def moment_of(start: Start) -> int:
    """Return how long after that a session takes it, in milliseconds: a quarter of a minute at most.

    Transactions that meet in one item are cancelled, and all sessions would, at the beginning of each minute.
    What is left of the minute is more than a hand-over takes.
    """
    return time_of(start.voice_session_id) % MINUTE // 4


def renewal(start: Start, held_until: int, seconds_per_day: int) -> tuple[Claim, ...]:
    """Return the claims by which a session takes its next minute, from ``held_until`` on.

    A seat was given at the start, and is kept: only the user's seconds of the day can be against it, or
    somebody who took the conversation over when the session had not renewed its hold. Whoever renews the same
    minute asks for the very same, at whatever time.

    Parameters
    ----------
    held_until
        Until when it holds so far, epoch seconds.
    seconds_per_day
        How long one user may speak in a day.
    """
    minute, user = held_until * 1000, start.cause.user_id
    until, day = held_until + MINUTE_SECONDS, _day(held_until)
    return (
        Take(voice_key(start.conversation), start.voice_session_id, held_until - MINUTE_SECONDS, until),
        *_seats(user, minute, 1),
        Reserve(spoken_key(user, day), MINUTE_SECONDS, seconds_per_day, kept_until(day, DAY)),
    )


def renewal_token(start: Start, held_until: int) -> str:
    """Return what the repetitions of one renewal have in common, so that it is counted once."""
    return event_id(held_until * 1000, start.voice_session_id, "renewal")


def given_back(start: Start, held_until: int, at: int) -> tuple[Settle, ...]:
    """Return the claims by which a session that ends gives back what it does not need.

    Parameters
    ----------
    held_until
        Until when it holds, epoch seconds.
    at
        When it ends, epoch milliseconds.
    """
    user, began = start.cause.user_id, time_of(start.voice_session_id)
    minutes = range(max(minute_of(at), minute_of(began)), held_until * 1000, MINUTE)
    seats = [settle for minute in minutes for settle in _seats(user, minute, -1)]
    reserved, spoken = _by_day(began, held_until), _by_day(began, min(held_until, at // 1000))
    seconds = [
        Settle(spoken_key(user, day), spoken.get(day, 0) - amount, kept_until(day, DAY))
        for day, amount in reserved.items()
        if spoken.get(day, 0) != amount
    ]
    return (*seats, *seconds)


def _seats(user: str, minute: int, amount: int) -> Iterator[Settle]:
    for key in (speaking_key(user, minute), seats_key(minute)):
        yield Settle(key, amount, kept_until(minute, MINUTE))


def _by_day(began: int, until: int) -> dict[int, int]:
    """Return the seconds of a session by day: those of the start on its own day, then minute by minute."""
    at = began // 1000
    held = first_held_until(began)
    seconds = {allowances.start(began, DAY): max(0, min(until, held) - at)}
    for second in range(held, until, MINUTE_SECONDS):
        day = _day(second)
        seconds[day] = seconds.get(day, 0) + min(MINUTE_SECONDS, until - second)
    return seconds


def _day(second: int) -> int:
    return allowances.start(second * 1000, DAY)
