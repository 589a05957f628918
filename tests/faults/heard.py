"""What a device was told under a number of a feed."""

import msgspec


class Heard(msgspec.Struct, frozen=True):
    """One message, whole: of which feed it is by the connection's own name, and what it says.

    ``text`` is None where nothing is left of it but its number.
    """

    user: str
    feed: str
    seq: int
    id: str
    text: str | None
