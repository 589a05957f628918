"""An executor without threads: what is done side by side is done in turn, and the same each time."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from typing import Any


class InTurn(Executor):
    """Does one thing after the other in the thread that asks, so that an interleaving can be repeated."""

    def __init__(self, _threads: int) -> None:
        super().__init__()

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **_: Any) -> Iterator[Any]:
        """Return the results, each when it is asked for."""
        return map(fn, *iterables)
