"""Reads the first so many of a day's arrivals, and few more than those.

The first hundred of a day stand in 32 shards, and nobody knows how many in each. So the shards are asked in
groups that double, each for the time in which what is wanted is expected after all that was found before. A
shard that is asked for a time is known to the end of it, also where it has nothing there: no item needs to be
read beyond it to know so.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import sqrt
from operator import itemgetter
from typing import Final

from functions.aws.attributes import Item
from ops.audit.shards import Shard
from ops.deployment import THREADS

_MARGIN: Final = 0.7
"""How many standard deviations more are aimed at than are wanted: with less, more shards are asked twice, and
with more, more is read than anybody wants."""
_LAST_MARGIN: Final = 1.5
"""The same once all shards were asked: few are missing by then, and another round asks all shards again."""
_MOST_SHARES: Final = 4
"""How many times its share a shard may give at once: an estimate may be wrong."""


def first_of(shards: Sequence[Shard], wanted: int) -> Iterator[Item]:
    """Yield the items of all shards of a day in their order: so many, or all if there are not so many.

    Parameters
    ----------
    shards
        The shards, none of which was asked yet.
    wanted
        How many, at least one.
    """
    found = _ask_each(shards, wanted)
    given, new = 0, True
    while True:
        complete = min(shard.known for shard in shards)
        ready = sorted((each for shard in shards for each in shard.take(complete)), key=itemgetter(0))
        for _, item in ready[: wanted - given]:
            yield item
        given += len(ready)
        if given >= wanted or complete >= shards[0].span:
            return
        missing = wanted - given
        until = None
        if new:  # where the last look found nothing there is a gap, and nobody knows how wide it is
            until = expected(found, shards, len(shards), wanted + _LAST_MARGIN * sqrt(missing))
        until = shards[0].span if until is None else max(until, complete + 1)
        behind = [shard for shard in shards if shard.known < until]
        more = _ask(behind, until, -(-missing // len(shards)) * (_MOST_SHARES if new else 1))
        new = bool(more)
        found += more


def expected(found: Iterable[int], asked: Sequence[Shard], shards: int, wanted: float) -> int | None:
    """Return how far the first so many of all shards are expected to reach; None if nothing was found.

    Chance alone puts an event into a shard. So an item stands for as many as there are shards for each of
    those that were read as far (the estimate of Nelson and Aalen for what is not seen to its end).

    Parameters
    ----------
    found
        How far the items are that were read.
    asked
        The shards of which they were read.
    shards
        How many there are.
    wanted
        How many items.
    """
    total = 0.0
    for far in sorted(found):
        total += shards / sum(shard.seen >= far for shard in asked)
        if total >= wanted:
            return far
    if not total:
        return None
    return min(asked[0].span, int(max(shard.seen for shard in asked) * wanted / total))


def _ask_each(shards: Sequence[Shard], wanted: int) -> list[int]:
    """Ask each shard once, and return how far everything is that was found."""
    share = -(-wanted // len(shards))
    found = _ask(shards[:1], shards[0].span, share)
    asked = 1
    while asked < len(shards):
        aim = wanted * (1 + _MARGIN / sqrt(max(1, len(found))))
        until = expected(found, shards[:asked], len(shards), aim)
        if until is None:  # little has arrived in all of the day
            return found + _ask(shards[asked:], shards[0].span, share)
        group = shards[asked : 2 * asked]
        found += _ask(group, until, share * _MOST_SHARES)
        asked += len(group)
    return found


def _ask(shards: Sequence[Shard], until: int, most: int) -> list[int]:
    """Ask some shards side by side, and return how far everything is that they gave."""
    with ThreadPoolExecutor(THREADS) as threads:
        pages = threads.map(lambda shard: shard.ask(until, most), shards)
        return [far for page in pages for far in page]
