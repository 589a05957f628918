"""The frames of the list of conversations: what a client asks for, and a page of it."""

from typing import Annotated, Final

import msgspec

from functions.domain.frames.bases import ClientFrame, ServerFrame

MOST_SESSIONS: Final = 50
_USUAL_SESSIONS: Final = 20

Cursor = Annotated[
    str,
    msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,400}$(?!\n)", description="the cursor of the page before"),
]


class SessionsData(msgspec.Struct, frozen=True):
    """Which page: the sessions that were active last, or those after a page that is known."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_SESSIONS)] = _USUAL_SESSIONS
    cursor: Cursor | None = None


class Sessions(ClientFrame, frozen=True, tag="sessions"):
    """Ask for a page of the user's sessions, the one that was active last first."""

    data: SessionsData = SessionsData()


class SessionData(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A session in which the user wrote or spoke, from when to when, and how much.

    ``failed`` are the texts that got no reply and will not, ``turns`` those of speech, of both sides.
    ``title`` is the first words that the user wrote or said.
    """

    session_id: str
    first_activity: str
    last_activity: str
    texts: int
    replies: int
    failed: int
    voice_sessions: int
    title: str | None = None
    turns: int = 0


class SessionsPageData(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of sessions; ``cursor`` where there are more."""

    sessions: tuple[SessionData, ...]
    cursor: str | None = None


class SessionsPage(ServerFrame, frozen=True, tag="sessions_page", kw_only=True):
    """A page of the user's sessions."""

    data: SessionsPageData
