"""How many of the texts that one user sends at the same instant are unavailable, in virtual time."""

from typing import Final

from benchmarks.table import Figure, at_most
from functions.aws.log.patience import USUAL
from tests.standin.contention import Crowd

_TEXTS: Final = 4_000
"""Texts in all for each size of a crowd."""


def figures() -> list[Figure]:
    """Send them to a stand-in that cancels transactions that overlap, each lasting 5 to 20 ms."""
    return [figure for texts in (10, 20, 60) for figure in _of(texts)]


def _of(texts: int) -> list[Figure]:
    crowds = [Crowd(texts, seed) for seed in range(_TEXTS // texts)]
    sent = texts * len(crowds)
    refused = 100 * sum(crowd.unavailable for crowd in crowds) / sent
    attempts = 1 + sum(crowd.table.cancelled for crowd in crowds) / sent
    longest = max(crowd.seconds for crowd in crowds)
    what = f"{texts} texts of a user at once: "
    return [
        at_most(f"{what}unavailable, %", refused, 1, "{:.2f}"),
        Figure(f"{what}attempts for each", f"{attempts:.1f}"),
        at_most(f"{what}longest wait, virtual s", longest, USUAL.seconds + 0.02, "{:.2f}"),
    ]
