"""What a list of conversations shows of one: a sum over the rows of its connections and messages.

Each row adds its share. Counts are added up, exactly once as counters are; times and titles are joined. So it
makes no difference in which order rows are projected.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from functions.domain.connections.connection import Connection
from functions.domain.log.ids import time_of
from functions.domain.log.redaction import is_pseudonym
from functions.domain.texts.messages import Message
from functions.domain.texts.titles import title_of

_NEVER: Final = 2**53

SessionKey = tuple[str, str]
"""A user's id and a session's."""


class Title(msgspec.Struct, frozen=True):
    """The first words that the user wrote or said, and when both expire, in epoch seconds."""

    event_id: str
    text: str
    expires_at: int


class Session(msgspec.Struct, frozen=True):
    """A session of a user, or what a row adds to it. A session in which nobody said anything is none.

    Attributes
    ----------
    user_id, session_id
        Whose it is, and which.
    first_activity, last_activity
        When the user first and last wrote or spoke, epoch milliseconds. To connect is no activity.
    texts, replies, failed, turns, voice_sessions
        How many there were; ``failed`` are the texts that got no reply and will not, and ``turns`` those of
        speech, of both sides.
    title
        Its first words.
    complete_until
        When the first of what it counts expires, epoch seconds. Expired texts stay counted until a rebuild.
    expires_at
        When the last of it expires.
    """

    user_id: str
    session_id: str
    first_activity: int = _NEVER
    last_activity: int = 0
    texts: int = 0
    replies: int = 0
    failed: int = 0
    voice_sessions: int = 0
    title: Title | None = None
    complete_until: int = _NEVER
    expires_at: int = 0
    turns: int = 0

    @property
    def key(self) -> SessionKey:
        """What it is found by."""
        return self.user_id, self.session_id


def share_of_row(row: Connection) -> Session | None:
    """Return what a connection's row adds to its session, by the voice sessions that were started.

    Of who was forgotten there is no list.
    """
    if row.session_id is None or row.forgotten or is_pseudonym(row.user_id):
        return None
    started = [time_of(session) for session, said in row.voice.items() if said.started]
    if not started:
        return None
    return Session(
        row.user_id,
        row.session_id,
        first_activity=min(started),
        last_activity=max(*started, row.last_speech),
        voice_sessions=len(started),
        complete_until=row.expires_at,
        expires_at=row.expires_at,
    )


def share_of_message(message: Message) -> Session | None:
    """Return what a message adds to its session; one of a connection without a session adds to none."""
    if "#" in message.conversation or is_pseudonym(message.user_id):
        return None
    share = Session(
        message.user_id,
        message.conversation,
        complete_until=message.expires_at,
        expires_at=message.expires_at,
    )
    if message.role == "assistant":
        said = {"turns": 1} if message.is_spoken else {"replies": 1}
        return msgspec.structs.replace(share, **said)
    if message.status == "failed":
        share = msgspec.structs.replace(share, failed=1)
    if message.at is None or message.text is None:
        return share
    words = title_of(message.text)
    return msgspec.structs.replace(
        share,
        first_activity=message.at,
        last_activity=message.at,
        texts=int(not message.is_spoken),
        turns=int(message.is_spoken),
        title=words and Title(message.event_id, words, message.expires_at),
    )


def change(new: Session | None, old: Session | None) -> Session | None:
    """Return what must be added where a row's share changes, None if nothing must.

    Nothing is ever taken out of a session as a whole: who is forgotten has no sessions any more.
    """
    if new is None or new == old:
        return None
    if old is None:
        return new
    return msgspec.structs.replace(
        new,
        texts=new.texts - old.texts,
        replies=new.replies - old.replies,
        failed=new.failed - old.failed,
        voice_sessions=new.voice_sessions - old.voice_sessions,
        turns=new.turns - old.turns,
    )


def add(one: Session, other: Session, now: int = 0) -> Session:
    """Return a session with a share added to it; the two have one key.

    Parameters
    ----------
    one, other
        The session, and the share.
    now
        Epoch seconds: a title whose text has expired by then gives way.
    """
    titles = [title for title in (one.title, other.title) if title is not None and title.expires_at > now]
    return Session(
        one.user_id,
        one.session_id,
        min(one.first_activity, other.first_activity),
        max(one.last_activity, other.last_activity),
        one.texts + other.texts,
        one.replies + other.replies,
        one.failed + other.failed,
        one.voice_sessions + other.voice_sessions,
        min(titles, key=lambda title: title.event_id, default=None),
        min(one.complete_until, other.complete_until),
        max(one.expires_at, other.expires_at),
        one.turns + other.turns,
    )


def added_up(shares: Iterable[Session | None]) -> dict[SessionKey, Session]:
    """Return the sums of shares, by session."""
    sums: dict[SessionKey, Session] = {}
    for share in shares:
        if share is not None:
            sums[share.key] = add(sums[share.key], share) if share.key in sums else share
    return sums
