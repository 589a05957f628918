"""When each voice session of a connection ended, and how long it was."""

from itertools import zip_longest

from functions.domain.connections.connection import Connection
from functions.domain.log.ids import time_of


def voice_endings(row: Connection) -> dict[str, tuple[int, int]]:
    """Return when each ended voice session ended and how long it was: ``{id: (at, seconds)}``.

    A voice session ends by its own event, whenever that comes: it may outlive the connection that started it.
    Without one it ends when the next one starts, else with the connection. A join knows no time, so nothing
    waits for the event: of a session that goes on when its connection has ended, the end is the connection's
    until its own event says another, and the counters move with it. For example, the connection closed at
    12:03 and speech went on by another one until 12:07: from 12:03 on a session of 12:03 is counted, and
    from its end on the same one at 12:07. A session that was never started does not count, even if speech
    names it.
    """
    sessions = sorted(session for session, said in row.voice.items() if said.started)
    endings = {}
    for session, following in zip_longest(sessions, sessions[1:]):
        said = row.voice[session]
        started_at = time_of(session)
        at = said.ended_at
        if at is None:
            at = row.ended_at if following is None else time_of(following)
        if at is not None:
            endings[session] = (at, said.seconds or max(0, at - started_at) // 1000)
    return endings
