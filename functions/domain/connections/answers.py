"""What the connection manager answers, but for what shows connections."""

import msgspec


class StatusSet(msgspec.Struct, frozen=True, rename="camel"):
    """The event that was appended."""

    event_id: str


class Swept(msgspec.Struct, frozen=True):
    """How many idle connections were checked, and how many of them were lost, closed, or active after all."""

    checked: int
    lost: int
    closed: int
    refreshed: int


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """To how many connections a message went, and where to go on if time ran out."""

    delivered: int
    gone: int
    failed: int
    cursor: str | None = None
