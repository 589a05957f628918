"""What clients and services are shown of a session, and where their lists go on."""

from typing import Annotated

import msgspec

from functions.domain.frames.session_frames import SessionData
from functions.domain.texts.sessions import Session
from functions.domain.times import iso


class Place(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A place in the list of a user's sessions: the last that was shown, and its activity as listed."""

    session_id: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    last_activity: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Listed(msgspec.Struct, frozen=True):
    """A page of sessions, the one that was active last first; ``after`` is None at the end of the list."""

    sessions: tuple[Session, ...]
    after: Place | None = None


def shown(session: Session, now: int) -> SessionData:
    """Return what is shown of a session; a title that has expired by now (epoch seconds) is not."""
    title = session.title
    return SessionData(
        session.session_id,
        iso(session.first_activity),
        iso(session.last_activity),
        session.texts,
        session.replies,
        session.failed,
        session.voice_sessions,
        title.text if title is not None and title.expires_at > now else None,
        session.turns,
    )
