"""The one error that the embedded AWS shows to people: a single clear line."""


class LocalError(Exception):
    """What went wrong and what to do about it, in one line, without a traceback."""
