"""The row of a connection as the join of its events, and what the row says.

The join is associative, commutative and idempotent, so that duplicates, reorderings, shard splits and
rebuilds need no special case.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from functions.domain.log.events import Event
from functions.domain.log.facts import (
    CLIENT_ENDED,
    ActivityRecorded,
    ConnectionClosed,
    ConnectionFailed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    MessageRejected,
    PersonForgotten,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
)

Status = Literal["CONNECTED", "DISCONNECTED"]

_NEVER = 2**53


class Opened(msgspec.Struct, frozen=True):
    """The first ``ConnectionOpened``; ``token_expires_at`` in epoch seconds."""

    event_id: str
    ip_address: str | None = None
    user_agent: str | None = None
    token_expires_at: int | None = None


class Closed(msgspec.Struct, frozen=True):
    """The first ``ConnectionClosed``, or the ``ConnectionFailed``."""

    event_id: str
    at: int
    code: int | None = None


class Lost(msgspec.Struct, frozen=True):
    """The last ``ConnectionLost``."""

    event_id: str
    at: int
    detected_by: str


class Operator(msgspec.Struct, frozen=True):
    """The last status that an operator set; nobody set it where the person was forgotten."""

    event_id: str
    status: Status
    by: str


class Voice(msgspec.Struct, frozen=True):
    """What the events say of one voice session; ``ended_at`` only where an event ended it.

    Speech names its session by the client's word alone: only what was ``started`` is one.
    """

    frames: int = 0
    seconds: int = 0
    ended_at: int | None = None
    started: bool = False


class Connection(msgspec.Struct, frozen=True):
    """What the events of a connection add up to. Times are epoch milliseconds but for ``expires_at``.

    ``last_speech`` is when the client last spoke, or opened or closed a voice session; 0 if it never did.

    Of a person who was ``forgotten`` the ids are a pseudonym, which sorts above every id, and nothing is left
    of where they came from or of who set their status, whatever an event says that came late.
    """

    connection_id: str
    user_id: str = ""
    session_id: str | None = None
    created_at: int = _NEVER
    last_activity: int = 0
    opened: Opened | None = None
    closed: Closed | None = None
    lost: Lost | None = None
    operator: Operator | None = None
    voice: dict[str, Voice] = {}
    expires_at: int = 0
    forgotten: bool = False
    last_speech: int = 0

    @property
    def ended_at(self) -> int | None:
        """When it ended: closed, or lost later than its last activity (frames after a 410 revive it)."""
        if self.closed:
            return self.closed.at
        if self.lost and self.lost.at > self.last_activity:
            return self.lost.at
        return None

    @property
    def status(self) -> Status:
        """What lists show: facts win over an operator's word."""
        if self.ended_at is not None:
            return "DISCONNECTED"
        return self.operator.status if self.operator else "CONNECTED"


def join(row: Connection, events: Iterable[Event]) -> Connection:  # noqa: C901
    """Return the row with events of its connection joined into it, in whatever order they come."""
    user_id, session_id, expires_at = row.user_id, row.session_id, row.expires_at
    created_at, last_activity = row.created_at, row.last_activity
    opened, closed, lost, operator = row.opened, row.closed, row.lost, row.operator
    voice, forgotten, last_speech = row.voice, row.forgotten, row.last_speech
    for event in events:
        if event.connected_at < created_at:
            created_at = event.connected_at
        if event.connected_at > last_activity:  # to connect is the client's first act
            last_activity = event.connected_at
        if event.expires_at > expires_at:
            expires_at = event.expires_at
        if event.user_id > user_id:
            user_id = event.user_id
        if event.session_id is not None and (session_id is None or event.session_id > session_id):
            session_id = event.session_id
        match event.fact:
            case ActivityRecorded(voice_session_id=str() as session, frames=frames):
                voice = _speak(voice, session, Voice(frames))
                last_speech = max(last_speech, event.at)
            case ActivityRecorded() | TextMessageReceived() | MessageRejected():
                pass
            case ConnectionOpened() as fact:
                if opened is None or event.event_id < opened.event_id:
                    opened = Opened(event.event_id, fact.ip_address, fact.user_agent, fact.token_expires_at)
            case ConnectionClosed() | ConnectionFailed() as fact:
                if closed is None or event.event_id < closed.event_id:
                    code = fact.code if isinstance(fact, ConnectionClosed) else None
                    closed = Closed(event.event_id, event.at, code)
                continue
            case VoiceSessionStarted():
                voice = _speak(voice, event.event_id, Voice(started=True))
                last_speech = max(last_speech, event.at)
            case VoiceSessionEnded() as fact:
                voice = _speak(voice, fact.voice_session_id, Voice(fact.frames, fact.seconds, event.at))
                if fact.reason == CLIENT_ENDED:
                    last_speech = max(last_speech, event.at)
                continue  # a client may have ended it from another connection, when this one was gone
            case ConnectionLost() as fact:
                if lost is None or event.event_id > lost.event_id:
                    lost = Lost(event.event_id, event.at, fact.detected_by)
                continue
            case ConnectionStatusSet() as fact:
                if operator is None or event.event_id > operator.event_id:
                    operator = Operator(event.event_id, fact.status, fact.by)
                continue
            case PersonForgotten():
                forgotten = True
                continue
            case _:  # a reply, a transcript, or what this release cannot read: not the client's doing
                continue
        if event.at > last_activity:
            last_activity = event.at
    if forgotten:
        opened = opened and Opened(opened.event_id, token_expires_at=opened.token_expires_at)
        operator = operator and Operator(operator.event_id, operator.status, "")
    return Connection(
        row.connection_id,
        user_id,
        session_id,
        created_at,
        last_activity,
        opened,
        closed,
        lost,
        operator,
        voice,
        expires_at,
        forgotten,
        last_speech,
    )


def _speak(voice: dict[str, Voice], session: str, said: Voice) -> dict[str, Voice]:
    known = voice.get(session)
    if known is None:
        return {**voice, session: said}
    ends = [at for at in (known.ended_at, said.ended_at) if at is not None]
    joined = Voice(
        max(known.frames, said.frames),
        max(known.seconds, said.seconds),
        min(ends) if ends else None,
        known.started or said.started,
    )
    return voice if joined == known else {**voice, session: joined}
