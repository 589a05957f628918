"""What a number of hot keys takes, when chance puts several of them on one partition: exact, not measured."""

from fractions import Fraction
from math import comb
from typing import Final

from benchmarks.table import Figure
from functions.names import ACTIVE_SHARDS, ARRIVAL_SHARDS

UNITS: Final = 1_000
"""Write units that a partition takes in a second (DynamoDB developer guide, "Designing partition keys")."""
NEW: Final = 4
"""Partitions of a table or an index on demand that has not grown yet: it takes 4,000 units (ibid.)."""


_CERTAIN: Final = 1 - Fraction(1, 10**6)


def usual_and_bad(keys: int, partitions: int = NEW) -> tuple[int, int]:
    """Return the write units a second that some keys take: on average, and in the worst of twenty hours.

    All keys are equally hot, and each is on a partition that chance chose. The partition with the most of
    them is the first that throttles, and then an append fails, whatever the others could still take.
    """
    usual, bad = Fraction(0), 0
    fewer = Fraction(0)
    for most in range(-(-keys // partitions), keys + 1):
        if 1 - fewer >= Fraction(1, 20):
            bad = most
        chance = _at_most(most, keys, partitions)
        usual += (chance - fewer) * Fraction(UNITS * keys, most)
        fewer = chance
        if fewer > _CERTAIN:
            break
    return int(usual), UNITS * keys // bad


def _at_most(most: int, keys: int, partitions: int) -> Fraction:
    """Return the chance that no partition gets more than so many of the keys."""
    ways = [1] + [0] * keys
    for _ in range(partitions):
        ways = [
            sum(comb(placed, here) * ways[placed - here] for here in range(min(most, placed) + 1))
            for placed in range(keys + 1)
        ]
    return Fraction(ways[keys], partitions**keys)


def figures() -> list[Figure]:
    """Show what the indexes with shards take, while they are new."""
    indexes = {"by-arrival": ARRIVAL_SHARDS, "active-index": ACTIVE_SHARDS}
    return [
        Figure(f"{name}, {keys} hot keys: write units a second, usual and bad", f"{usual:,}, {bad:,}")
        for name, keys in indexes.items()
        for usual, bad in (usual_and_bad(keys),)
    ]
