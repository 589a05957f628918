"""What a service sends to a feed, decided: the event that it makes, and what its id stands for."""

from hashlib import sha256
from typing import Final

import msgspec

from functions.domain.connections.bases import RequestError
from functions.domain.connections.sends import Push, Send
from functions.domain.feeds.contents import TEXT_BYTES
from functions.domain.log.claims import Standing, Take, send_key, session_key
from functions.domain.log.events import Event
from functions.domain.log.facts import NotificationSent
from functions.domain.log.ids import event_id
from functions.domain.log.retention import expiry
from functions.domain.log.unconnected import unconnected_key

ID_SECONDS: Final = 24 * 3_600
"""For how long a notification is sent once under its id."""


def notification(request: Send, at: int) -> NotificationSent:
    """Return what is sent, at a time in epoch milliseconds.

    Raises
    ------
    RequestError
        ``invalid_request`` if it is too large for a frame, or is over already.
    """
    content = _json(request.message)
    size = len(content) + len(msgspec.json.encode(request.message.type))
    if size > TEXT_BYTES:
        problem = f"The type and data of a notification have at most {TEXT_BYTES} bytes; these have {size}."
        raise RequestError("invalid_request", problem)
    ends_at = None if request.expires_at is None else int(request.expires_at.timestamp() * 1000)
    if ends_at is not None and ends_at <= at:
        raise RequestError("invalid_request", "expiresAt has passed.")
    return NotificationSent(request.message.type, content.decode(), ends_at, request.receipt)


def event_of(
    fact: NotificationSent,
    *,
    user_id: str,
    session_id: str | None,
    at: int,
    retention_seconds: int,
    cause: str,
    trace_id: str | None,
) -> Event:
    """Return the event of a notification, which belongs to no connection.

    Parameters
    ----------
    fact
        What is sent.
    user_id, session_id
        To whom; and to which session of theirs, if to one.
    at
        When, epoch milliseconds.
    retention_seconds
        How long the stack keeps events.
    cause
        What makes it unique: the request that sends it.
    trace_id
        The root id of its trace, if it has one.
    """
    own_id = event_id(at, cause, type(fact).__name__)
    return Event(
        connection_id=unconnected_key(own_id),
        event_id=own_id,
        at=at,
        user_id=user_id,
        session_id=session_id,
        connected_at=at,
        expires_at=expiry(at, retention_seconds),
        fact=fact,
        trace_id=trace_id,
    )


def claim_of_id(feed: str, client_id: str, sent: Event) -> Take:
    """Return the claim by which a notification is sent once under its id; it names the event and content."""
    now = sent.at // 1000
    value = f"{sent.event_id} {_digest(sent.fact)}"
    return Take(send_key(feed, client_id), value, now, now + ID_SECONDS)


def claim_of_session(session_id: str, sent: Event) -> Take:
    """Return the claim by which a session stays its owner's for as long as what was sent to it is kept."""
    return Take(session_key(session_id), sent.user_id, sent.at // 1000, sent.expires_at)


def sent_before(claim: Take, standing: Standing) -> str | None:
    """Return the id of the event that was sent under an id before; None if none was.

    Raises
    ------
    RequestError
        ``conflict`` if it was something else.
    """
    if claim.key not in standing:
        return None
    known, _, digest = (standing[claim.key] or "").partition(" ")
    if digest != claim.value.partition(" ")[2]:
        raise RequestError("conflict", "Something else was sent under this id.")
    return known


def left(claims: tuple[Take, ...], standing: Standing, owner: str) -> tuple[Take, ...]:
    """Return the claims that are left to make: a session that stays its owner's for longer needs none.

    Raises
    ------
    RequestError
        ``not_found`` if the session is somebody else's by now.
    """
    if set(standing.values()) != {owner}:
        raise no_session()
    return tuple(claim for claim in claims if claim.key not in standing)


def no_session() -> RequestError:
    """Return the refusal of a session that nobody has."""
    return RequestError("not_found", "No such session.")


def _json(push: Push) -> bytes:
    return b"" if push.data is None else msgspec.json.encode(push.data, order="deterministic")


def _digest(fact: object) -> str:
    return sha256(msgspec.json.encode(fact, order="deterministic")).hexdigest()[:32]
