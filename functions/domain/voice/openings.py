"""What a ``voice_start`` leads to: a voice session, all that it holds at first, and who is asked to hold it.

Pure. A frame that is sent again under its id opens no second one, by whatever connection it comes.
"""

from typing import Final

import msgspec

from functions.domain.frames.allowances import DAY, SOON_SECONDS, kept_until, start
from functions.domain.frames.counting import count, over_the_limit
from functions.domain.frames.pace import no_speech
from functions.domain.frames.replies import first_of, reply_claims
from functions.domain.frames.voice_frames import VoiceStart
from functions.domain.limits import Limits, Speaking
from functions.domain.log.claims import (
    Claim,
    Count,
    Reserve,
    Standing,
    Take,
    seats_key,
    speaking_key,
    spoken_key,
    voice_key,
    voices_key,
)
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import VoiceSessionStarted
from functions.domain.log.ids import MINUTE, minute_of, time_of
from functions.domain.refusals import Refused
from functions.domain.voice.holding import first_held_until
from functions.domain.voice.starts import Start

_OPEN_ALREADY: Final = "A voice session is open already in this conversation. End it first."


class Ended(msgspec.Struct, frozen=True):
    """The voice session that a repeated frame opened holds its conversation no more."""

    voice_session_id: str


class Opening(msgspec.Struct, frozen=True):
    """What to append with which claims, and how the function is invoked once that is in the log."""

    event: Event
    start: Start
    replies: tuple[Take, ...]
    voice: Take
    started: Count
    spoken: Reserve
    speaking: tuple[Reserve, ...]
    seats: tuple[Reserve, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All that must be granted."""
        return (*self.replies, self.voice, self.started, self.spoken, *self.speaking, *self.seats)

    def refused(self, standing: Standing) -> Start | Ended:
        """Return what a frame asks for that was sent before, by what stands against its claims.

        Raises
        ------
        Refused
            Why no voice session is opened, if the frame comes for the first time; ``conflict`` if its id was
            used for another one.
        """
        first = first_of(self.replies, standing)
        if first is None:
            raise self._refusal(standing)
        session, whose = first
        if standing.get(self.voice.key) != session:
            return Ended(session)
        return msgspec.structs.replace(
            self.start,
            voice_session_id=session,
            cause=_opened_by(whose or "", self.start.cause, time_of(session)),
            held_until=first_held_until(time_of(session)),
            asking=self.start.cause.connection_id,
        )

    def _refusal(self, standing: Standing) -> Refused:
        if self.voice.key in standing:
            return Refused("conflict", _OPEN_ALREADY, voice_session_id=standing[self.voice.key])
        if self.spoken.key in standing:
            return Refused(
                "rate_limited",
                f"The time to speak is used up for this day: there are {self.spoken.limit} seconds.",
                retry_after=-(-(DAY - self.start.cause.at % DAY) // 1000),
            )
        if self.started.key in standing:
            return over_the_limit(self.start.cause, f"{self.started.limit} voice sessions")
        for each in self.speaking:
            if each.key in standing:
                most = f"at most {each.limit} are open at a time"
                return Refused(
                    "rate_limited", f"Other voice sessions are open: {most}.", retry_after=SOON_SECONDS
                )
        return Refused(
            "unavailable", "Too many people are speaking. Try again later.", retry_after=SOON_SECONDS
        )


def opening(frame: VoiceStart, cause: Cause, limits: Limits) -> Opening:
    """Return what a frame opens, for the minute at hand and the next; the function prolongs it.

    Raises
    ------
    Refused
        ``invalid_message`` where nobody can speak.
    """
    spoken = limits.spoken
    if spoken is None:
        raise no_speech()
    said = frame.data
    started = event(cause, VoiceSessionStarted(said.sample_rate, said.encoding, said.voice))
    until, now = first_held_until(cause.at), cause.at // 1000
    day = start(cause.at, DAY)
    return Opening(
        event=started,
        start=Start(started.event_id, cause, said.sample_rate, until, cause.at, said.voice, frame.id),
        replies=reply_claims(frame, started, cause.at, _opener(cause)),
        voice=Take(voice_key(started.conversation), started.event_id, now, until),
        started=count(voices_key(cause.user_id, minute_of(cause.at)), limits.voice_sessions, cause),
        spoken=Reserve(
            spoken_key(cause.user_id, day), until - now, spoken.seconds_per_day, kept_until(day, DAY)
        ),
        speaking=_each_minute(cause, spoken, of_user=True),
        seats=_each_minute(cause, spoken, of_user=False),
    )


def _each_minute(cause: Cause, spoken: Speaking, *, of_user: bool) -> tuple[Reserve, ...]:
    limit = spoken.sessions_per_user if of_user else spoken.sessions
    minutes = (minute_of(cause.at), minute_of(cause.at) + MINUTE)
    return tuple(
        Reserve(
            speaking_key(cause.user_id, minute) if of_user else seats_key(minute),
            1,
            limit,
            kept_until(minute, MINUTE),
        )
        for minute in minutes
    )


def _opener(cause: Cause) -> str:
    """Return what the claim remembers of who opens: a repetition may come by another connection."""
    return f"{cause.connection_id}#{cause.connected_at}#{cause.expires_at}"


def _opened_by(opener: str, cause: Cause, at: int) -> Cause:
    """Return the cause of a voice session that was opened before; of its request only the time is known."""
    connection_id, connected_at, expires_at = opener.split("#")
    return msgspec.structs.replace(
        cause,
        connection_id=connection_id,
        connected_at=int(connected_at),
        expires_at=int(expires_at),
        at=at,
    )
