"""What can be in the way of an erasure; each message says what to do about it."""


class CannotForgetError(Exception):
    """A person cannot be forgotten, or not to the end."""


class UnreadableError(CannotForgetError):
    """An item has something in it of which nobody can say whether it names the person."""


class StuckError(CannotForgetError):
    """Somebody else writes the same all the time, or has left it in a state that is not for us to mend."""
