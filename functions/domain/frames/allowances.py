"""What a text takes of what its user may have answered: reserved with the text, so that it is strict.

The reply is not known then, so the most that it can take is reserved. Whoever appends its outcome settles it.
"""

from typing import Final

from functions.domain.limits import Allowance
from functions.domain.log.claims import Reserve, Standing, inflight_key, tokens_key
from functions.domain.log.events import Cause
from functions.domain.log.ids import HOUR, MINUTE
from functions.domain.refusals import Refused
from functions.domain.tokens import tokens_of

QUARTER: Final = 15 * MINUTE
DAY: Final = 24 * HOUR
KEPT_SECONDS: Final = 3_600
"""How long a reservation is kept when its time is over, in which outcomes may come that settle it."""
SOON_SECONDS: Final = 5
"""Until a reply that is in flight may have ended."""


def reservation(text: str, tokens_beside_question: int) -> int:
    """Return the most tokens that a text takes, by estimate: its own, the prompt's and the reply's."""
    return tokens_of(text) + tokens_beside_question


def reserves(text: str, cause: Cause, allowance: Allowance | None) -> tuple[Reserve, ...]:
    """Return the claims by which a text takes its share, none where nothing is answered."""
    if allowance is None:
        return ()
    quarter, day = start(cause.at, QUARTER), start(cause.at, DAY)
    amount = reservation(text, allowance.tokens_beside_question)
    return (
        Reserve(
            inflight_key(cause.user_id, quarter), 1, allowance.replies_in_flight, kept_until(quarter, QUARTER)
        ),
        Reserve(tokens_key(cause.user_id, day), amount, allowance.tokens_per_day, kept_until(day, DAY)),
    )


def refuse_beyond(reserved: tuple[Reserve, ...], standing: Standing, cause: Cause) -> None:
    """Raise why a text is not taken, if it is for its share: ``rate_limited``, the longest wait first."""
    if not reserved:
        return
    in_flight, tokens = reserved
    if tokens.key in standing:
        raise Refused(
            "rate_limited",
            f"The tokens of this day are used up: there are {tokens.limit}.",
            retry_after=-(-(DAY - cause.at % DAY) // 1000),
        )
    if in_flight.key in standing:
        raise Refused(
            "rate_limited",
            f"Other texts are being answered: at most {in_flight.limit} are at a time.",
            retry_after=SOON_SECONDS,
        )


def start(at: int, length: int) -> int:
    """Return when the quarter of an hour, or the day, of a time began; all in milliseconds, in UTC."""
    return at - at % length


def kept_until(began: int, length: int) -> int:
    """Return when what was reserved in such a time expires, epoch seconds."""
    return (began + length) // 1000 + KEPT_SECONDS
