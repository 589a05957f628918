"""Ends a voice session: appends its one end, gives back what it held, and has every screen told."""

import msgspec

from functions.aws.log.event_log import ClaimRefusedError, EventLog
from functions.aws.log.event_reads import EventReads
from functions.domain.log.claims import Claim
from functions.domain.log.facts import VoiceSessionEnded, VoiceSessionStarted
from functions.domain.log.redaction import is_pseudonym
from functions.domain.voice.endings import Reason, Totals, ended, kept, release
from functions.domain.voice.holding import given_back
from functions.domain.voice.starts import Start


class Concluded(msgspec.Struct, frozen=True):
    """How a session ended, as the log has it, and whether nobody had said so before."""

    fact: VoiceSessionEnded
    is_new: bool


def is_known(events: EventReads, start: Start, now: int) -> bool:
    """Tell whether the log still knows whose session it is: of who was forgotten nothing is appended."""
    key = (start.cause.connection_id, start.voice_session_id)
    arrived = events.get([key], now).get(key)
    if arrived is None or not isinstance(arrived.event.fact, VoiceSessionStarted):
        return False
    return not is_pseudonym(arrived.event.user_id)


def conclude(
    log: EventLog,
    events: EventReads,
    start: Start,
    reason: Reason,
    totals: Totals,
    held_until: int | None,
    now: int,
) -> Concluded | None:
    """End a session if it has not ended, and return how it did; None of one whose person was forgotten.

    Parameters
    ----------
    held_until
        Until when it holds what it took, epoch seconds; None where that is not known, so that what it
        took for minutes to come is left to expire.
    now
        Epoch milliseconds.

    Raises
    ------
    Unavailable
        If it is not known to be written. To do it again is safe.
    """
    if not is_known(events, start, now):
        return None
    end = ended(start, reason, totals, now)
    fact = end.fact
    if not isinstance(fact, VoiceSessionEnded):
        raise TypeError(end.type)
    back: tuple[Claim, ...] = () if held_until is None else given_back(start, held_until, end.at)
    claims = (kept(start, fact, now // 1000), *back)
    try:
        is_new = log.append(end, (*claims, release(start)))
    except ClaimRefusedError:  # the conversation was given up before, or is another session's
        is_new = log.append(end, claims)
    if is_new:
        return Concluded(fact, is_new=True)
    key = (end.connection_id, end.event_id)
    standing = events.get([key], now).get(key)
    if standing is None or not isinstance(standing.event.fact, VoiceSessionEnded):
        return None
    return Concluded(standing.event.fact, is_new=False)
