"""About how many tokens a model makes of a text."""

from typing import Final

_BYTES_PER_TOKEN: Final = 3
_TOKENS_PER_TURN: Final = 4
"""For whose turn it is: models mark it with a few tokens."""


def tokens_of(text: str) -> int:
    """Return about how many tokens a model makes of one turn.

    One for every three bytes of UTF-8: English has about one for four, Chinese one for each character, which
    is three bytes. So it is more often too many than too few; random signs take up to three times as many.
    """
    return -(-len(text.encode()) // _BYTES_PER_TOKEN) + _TOKENS_PER_TURN
