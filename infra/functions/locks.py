"""The locks of which layers are built, one for each group of functions that imports it."""

from pathlib import Path
from typing import NamedTuple

FUNCTIONS = Path(__file__).parents[2] / "functions"


class Lock(NamedTuple):
    """
    What a layer is built of.

    Parameters
    ----------
    name
        What the layer is called.
    path
        Requirements with hashes.
    unread
        What of the packages no function reads, as patterns of paths, such as ``aiohttp`` or ``*.c``.
    oldest
        The oldest Python that can install it.
    """

    name: str
    path: Path
    unread: tuple[str, ...] = ()
    oldest: tuple[int, int] = (3, 11)


DEPENDENCIES = Lock("dependencies", FUNCTIONS / "requirements.txt")
"""Of every function."""
VOICE = Lock("voice", FUNCTIONS / "layers" / "voice" / "requirements.txt")
"""Of the function that holds voice sessions."""
NOVA = Lock("nova", FUNCTIONS / "layers" / "nova" / "requirements.txt", oldest=(3, 12))
"""Of that function too, where it speaks with Nova 2 Sonic."""
