"""What a reply costs in DynamoDB: units by its length, beside what its text costs."""

from typing import Final

from benchmarks.accounting import Spent, spending
from benchmarks.stage import tables
from benchmarks.table import Figure, at_most

_CHARACTERS: Final = {"below 1 KB": (600, 11), "below 2 KB": (1_600, 17), "below 8 KB": (7_600, 53)}
"""Of a reply, and the most write units: the lease, its number, twice, and its event in three places.

The event is doubled, since what was reserved is settled in its transaction.
"""
_QUESTION: Final = 1
"""The number of the text."""
_BESIDE: Final = 3
"""The lease, the number of the reply, and the same once more beside the lease."""
_SETTLED: Final = 2
"""That it is answered no more, in the transaction; what it took is not known here."""
_PLACES: Final = 3
"""Of an event: its table and two indexes. The tables of this process count the first alone."""


def figures() -> list[Figure]:
    """Measure through the function itself, on tables in this process."""
    made = []
    with tables():
        for what, (characters, most) in _CHARACTERS.items():
            spent = _answering("x" * characters)
            beside = _BESIDE + _SETTLED
            units = (spent.write_units - _QUESTION - beside) * _PLACES + beside
            made.append(at_most(f"a reply {what}: write units", units, most))
            made.append(at_most(f"a reply {what}, with its text's delivery: read units", spent.read_units, 7))
    return made


def _answering(reply: str) -> Spent:
    from tests.replies.scene import Answered, Said, saying  # noqa: PLC0415 - its handler reads the environment

    scene = Answered(Said(saying(reply)))
    scene.subscribe()
    text = scene.append("A text of two hundred characters. " * 6)
    with spending(scene.client) as spent:
        scene.answer(text)
    return spent
