"""Numbers of feeds that cannot be read at first, or take long."""

from functions.aws.feeds.pointers import Pointers
from functions.domain.feeds.feeds import Pointer
from functions.domain.refusals import Unavailable


class Hesitant(Pointers):
    """Numbers that cannot be read the first time."""

    def __init__(self, pointers: Pointers) -> None:
        vars(self).update(vars(pointers))
        self._hesitates = True

    def since(self, feed: str, at: int, most: int | None = None) -> list[Pointer]:
        """Return the numbers as `Pointers.since` does, but for the first time."""
        if self._hesitates:
            self._hesitates = False
            raise Unavailable("ThrottlingException of Query")
        return super().since(feed, at, most)


class Clock:
    """Lambda's context: the time that is left of a run, which passes where somebody says so."""

    aws_request_id = "r-1"

    def __init__(self, seconds: int) -> None:
        self.left = seconds * 1_000

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left, in milliseconds."""
        return self.left


class Slow(Pointers):
    """Numbers of which each look takes a second."""

    def __init__(self, pointers: Pointers, clock: Clock) -> None:
        vars(self).update(vars(pointers))
        self._clock = clock

    def since(self, feed: str, at: int, most: int | None = None) -> list[Pointer]:
        """Return the numbers as `Pointers.since` does, a second later."""
        self._clock.left -= 1_000
        return super().since(feed, at, most)
