"""What is told of the read models as they change."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from functions.domain.connections.connection import Connection, Status
from functions.domain.frames.session_frames import SessionData
from functions.domain.log.redaction import is_pseudonym
from functions.domain.texts.listing import shown
from functions.domain.texts.sessions import Session
from functions.domain.times import iso


class ConnectionChanged(
    msgspec.Struct, frozen=True, tag_field="kind", tag="connection", rename="camel", omit_defaults=True
):
    """A connection was opened or has ended, or shows another status since an operator set it.

    ``at`` is when it was opened or has ended, in ISO 8601; of a status nobody says it. Told twice it is the
    same: ``status`` is what the connection shows from then on.
    """

    change: Literal["opened", "ended", "status"]
    connection_id: str
    user_id: str
    status: Status
    at: str | None = None
    session_id: str | None = None


class SessionChanged(msgspec.Struct, frozen=True, tag_field="kind", tag="session", rename="camel"):
    """Something was said in a session: all that its list shows of it now."""

    user_id: str
    session: SessionData


class CountersMoved(msgspec.Struct, frozen=True, tag_field="kind", tag="counters", rename="camel"):
    """How far a batch of the projector has moved the counters, by name, whatever minute they are of."""

    at: str
    moved: Mapping[str, int]


Change = ConnectionChanged | SessionChanged
"""Of one user."""
Told = Change | CountersMoved


def of_connection(before: Connection, after: Connection) -> Iterator[ConnectionChanged]:
    """Yield what there is to tell where a row changes; nothing of one that has not opened yet, as in counts.

    Of who was forgotten nothing is told any more.
    """
    if after.opened is None or after.forgotten or is_pseudonym(after.user_id):
        return

    def changed(change: Literal["opened", "ended", "status"], at: int | None = None) -> ConnectionChanged:
        told_at = None if at is None else iso(at)
        return ConnectionChanged(
            change, after.connection_id, after.user_id, after.status, told_at, after.session_id
        )

    was_open = before.opened is not None
    if not was_open:
        yield changed("opened", after.created_at)
    if after.ended_at is not None and not (was_open and before.ended_at is not None):
        yield changed("ended", after.ended_at)
    elif was_open and after.status != before.status:
        yield changed("status")


def of_session(session: Session, now: int) -> Iterator[SessionChanged]:
    """Yield what a list shows of a session at a time, in epoch seconds: only if somebody has spoken."""
    if session.last_activity and not is_pseudonym(session.user_id):
        yield SessionChanged(session.user_id, shown(session, now))


def for_operators(change: Change) -> Change:
    """Return a change as operators are told it: people's words are for themselves."""
    match change:
        case SessionChanged():
            return msgspec.structs.replace(
                change, session=msgspec.structs.replace(change.session, title=None)
            )
        case ConnectionChanged():
            return change
