"""Shows a series of counts as a line of blocks, as high as they are many."""

from collections.abc import Sequence
from typing import Final

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_NONE: Final = " "


def sparkline(counts: Sequence[int], width: int) -> str:
    """Return a line of at most so many characters: nothing for 0, and the highest block for the most.

    Where there are more counts than characters, each stands for the sum of several neighbours; the last one
    may stand for fewer: 5 counts on 2 characters are the sum of 3 and of 2.
    """
    together = max(1, -(-len(counts) // width))
    sums = [sum(counts[start : start + together]) for start in range(0, len(counts), together)]
    most = max(sums, default=0)
    return "".join(_NONE if not each else _BLOCKS[-(-each * len(_BLOCKS) // most) - 1] for each in sums)
