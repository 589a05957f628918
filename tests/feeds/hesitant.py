"""Numbers of feeds that cannot be read at first."""

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
