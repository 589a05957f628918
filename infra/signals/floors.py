"""How much one user does within their limits: where no more than that goes wrong, nobody is woken."""

from typing import Final

from infra.settings.identity import LimitSettings

SPEECH_PER_SECOND: Final = 50
"""Frames of speech that a connection may send each second, and"""
SPEECH_AHEAD: Final = 100
"""those by which a voice session may be ahead: the functions' own pace, as a test holds."""
HANDSHAKES_PER_SECOND: Final = 1
"""Attempts to open a connection. The protocol has a client wait longer each time, so it tries less often."""


def frames_of_one_user(limits: LimitSettings, seconds: int) -> int:
    """
    Give the most frames that one user sends in some time within all limits: refused, they are no alarm yet.

    For example, with the usual limits, 155,032 in five minutes: speech at its pace on ten connections, which
    is nearly all of it, texts, and voice sessions that begin and end.
    """
    # a count is of a minute of the clock, and some seconds may touch one more than they fill
    minutes = -(-seconds // 60) + 1
    voice_sessions = limits.voice_sessions_per_minute * minutes
    spoken = limits.connections_per_user * SPEECH_PER_SECOND * seconds
    ahead = (limits.connections_per_user + voice_sessions) * SPEECH_AHEAD
    return spoken + ahead + 2 * voice_sessions + limits.texts_per_minute * minutes


def requests_of_one_user(limits: LimitSettings, seconds: int) -> int:
    """Give the most frames and handshakes of one user in some time, as `frames_of_one_user` does."""
    handshakes = limits.connections_per_user * HANDSHAKES_PER_SECOND * seconds
    return frames_of_one_user(limits, seconds) + handshakes
