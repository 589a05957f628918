"""Ends a voice session whose function has failed: it could not do so itself, or was never run."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from functions.aws.feeds.subscribers import Subscribers
from functions.aws.log.event_log import EventLog
from functions.aws.log.event_reads import EventReads
from functions.aws.log.lone_claims import LoneClaims
from functions.aws.logs import warn, write_line
from functions.domain.feeds.feeds import conversation_feed
from functions.domain.frames.voice_frames import VoiceEnded
from functions.domain.log.claims import run_key, voice_key
from functions.domain.log.facts import VoiceSessionEnded
from functions.domain.refusals import Unavailable
from functions.domain.voice.endings import Reason, Totals, ended_data
from functions.domain.voice.starts import Start, parse, run_by
from functions.names import LINE_VOICE
from functions.operations.feeds.posting import Poster
from functions.operations.voice.ending import conclude

ANOTHERS: Final = "anothers"
"""Of a session that goes on, or ends, by somebody else."""


class Failing(msgspec.Struct, frozen=True):
    """What a failed session is ended with; attributes as in `Means`."""

    log: EventLog
    events: EventReads
    claims: LoneClaims
    subscribers: Subscribers
    poster: Poster
    now: Callable[[], int]

    def end(self, record: dict[str, Any], invocation: str) -> dict[str, Any]:
        """End the session that an on-failure record of Lambda names, and tell what became of it.

        Raises
        ------
        Unavailable
            If it is not known to be written: Lambda tries again, and to do it again is safe.
        """
        start = parse(record["requestPayload"])
        ids: dict[str, Any] = {
            "connection_id": start.cause.connection_id,
            "user_id": start.cause.user_id,
            "voice_session_id": start.voice_session_id,
            "correlation_id": invocation,
        }
        try:
            said = self._end(start)
        except Unavailable as unavailable:
            warn("not_ended", unavailable, **ids)
            raise
        write_line(LINE_VOICE, **ids, **said)
        return said

    def _end(self, start: Start) -> dict[str, Any]:
        if self._is_anothers(start):
            return {"reason": ANOTHERS}
        session = start.voice_session_id
        held = self.claims.held(voice_key(start.conversation))
        # without a hold, what was held at first; what another session holds says nothing
        held_until: int | None = start.held_until
        if held is not None:
            held_until = held.expires_at if held.value == session else None
        # nobody was heard after that, however late this is told
        at = self.now() if held_until is None else min(self.now(), held_until * 1_000)
        concluded = conclude(self.log, self.events, start, Reason.FAILED, Totals(), held_until, at)
        # an earlier attempt of this may have written it, and told nobody
        if concluded is None or not (concluded.is_new or concluded.fact.reason == Reason.FAILED):
            return {"reason": ANOTHERS}
        self._tell(start, concluded.fact)
        return {"reason": concluded.fact.reason, "seconds": concluded.fact.seconds}

    def _is_anothers(self, start: Start) -> bool:
        """Tell whether another invocation holds the session, or was about to take it over.

        An invocation that only asked again for the answer has failed for itself; and who waits for what a
        failed one does not give ends the session by itself.
        """
        session = start.voice_session_id
        if self.claims.held(run_key(session, start.generation + 1)) is not None:
            return True
        run = self.claims.held(run_key(session, start.generation))
        if run is None:  # it was never taken, or so long ago that it is deleted
            return start.asking is not None and self.now() >= start.held_until * 1_000
        return not run.value.startswith(run_by(start))

    def _tell(self, start: Start, fact: VoiceSessionEnded) -> None:
        feed = conversation_feed(start.cause.session_id, start.cause.connection_id)
        try:
            listening = self.subscribers.of(feed, self.now())
        except Unavailable as unavailable:  # who asks for it is told
            warn("screens_not_found", unavailable, voice_session_id=start.voice_session_id)
            return
        for each in listening:
            if each.user_id == start.cause.user_id:
                self.poster.post(each, [VoiceEnded(data=ended_data(fact))])
