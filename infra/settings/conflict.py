"""What is told of a setting that cannot stand beside others."""

from typing import NamedTuple


class Conflict(NamedTuple):
    """
    A setting that cannot be used beside others.

    Parameters
    ----------
    key
        The setting.
    allowed
        What it may say, and why no more.
    beside
        The settings that say otherwise.
    """

    key: str
    allowed: str
    beside: tuple[str, ...]
