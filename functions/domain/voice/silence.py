"""How long nobody has spoken: after a while the connection is looked for, and after the grace it is over."""

from typing import Final

LOOK_MILLISECONDS: Final = 5_000
"""Without a frame for so long, and then as often: a quiet client is never noticed by what it is sent."""


class Silence:
    """The time since somebody spoke. All times in epoch milliseconds.

    While the assistant is heard, nobody has to speak: the grace begins when its audio is played.

    Attributes
    ----------
    since
        When somebody spoke last.
    """

    def __init__(self, grace_seconds: int) -> None:
        self._grace = grace_seconds * 1_000
        self._look_at = 0
        self.since = 0

    def broken(self, at: int) -> None:
        """Take note that somebody spoke."""
        self.since = max(self.since, at)
        self._look_at = self.since + LOOK_MILLISECONDS

    def is_look_due(self, now: int) -> bool:
        """Tell, once every five seconds, whether to look if the speaker is still there."""
        if now < self._look_at:
            return False
        self._look_at = now + LOOK_MILLISECONDS
        return True

    def is_over(self, now: int, played_at: float) -> bool:
        """Tell whether it lasts longer than the grace; ``played_at`` is when the assistant's audio ends."""
        return now - max(self.since, min(played_at, now)) > self._grace
