"""What is sent again under its id gets the answer that was given: the claim that remembers it for a day.

Ids are one space for a conversation, whatever the type of the frame.
"""

from hashlib import sha256
from typing import Final

import msgspec

from functions.domain.frames.protocol import Recorded
from functions.domain.log.claims import Standing, Take, reply_key
from functions.domain.log.events import Event
from functions.domain.refusals import Refused

REPLY_SECONDS: Final = 24 * 3600


def reply_claims(frame: Recorded, appended: Event, now: int, whose: str | None = None) -> tuple[Take, ...]:
    """Return the claim on a frame's one answer, none if it has no id.

    Parameters
    ----------
    appended
        What the frame appends: a repetition is told of this event.
    now
        Epoch milliseconds.
    whose
        What a repetition needs to know of the event's connection; by default its id alone.
    """
    if frame.id is None:
        return ()
    key = reply_key(appended.conversation, frame.id)
    value = f"{appended.event_id}#{_digest(frame)}#{whose or appended.connection_id}"
    return (Take(key, value, now // 1000, now // 1000 + REPLY_SECONDS),)


First = tuple[str, str | None]
"""The event that a repeated frame made when it came first: its id, and whose it is, which an earlier release
did not keep."""


def first_event(replies: tuple[Take, ...], standing: Standing) -> str | None:
    """Return the id of the event that a repeated frame made, None if this is the first.

    Raises as `first_of` does.
    """
    first = first_of(replies, standing)
    return None if first is None else first[0]


def first_of(replies: tuple[Take, ...], standing: Standing) -> First | None:
    """Return what a repeated frame made when it came first, None if this is the first.

    Raises
    ------
    Refused
        ``conflict`` if the id was used for another frame.
    """
    for claim in replies:
        if claim.key in standing:
            event_id, digest, whose = _parts(standing[claim.key])
            if digest != _parts(claim.value)[1]:
                raise Refused(
                    "conflict", f"Another frame was sent under this id within {REPLY_SECONDS // 3600} hours."
                )
            return event_id, whose or None
    return None


def _parts(value: str | None) -> tuple[str, str, str]:
    event_id, _, rest = (value or "").partition("#")
    digest, _, whose = rest.partition("#")
    return event_id, digest, whose


def _digest(frame: Recorded) -> str:
    """Return what two frames have in common if they say the same, whenever their client sent them."""
    said = msgspec.structs.replace(frame, id=None, timestamp=None)
    return sha256(msgspec.json.encode(said)).hexdigest()
