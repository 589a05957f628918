"""What an audit asks for: whose events, of which types, from when to when."""

import msgspec

from functions.aws.attributes import Attribute, Item
from functions.aws.log.arrivals import arrived_at

_ABSENT: Attribute = {}


class Selection(msgspec.Struct, frozen=True):
    """Which events are wanted; what is None excludes nothing.

    Attributes
    ----------
    connection_id, user_id, session_id
        Whose.
    types
        Names of types, such as ``TextMessageReceived``; also such as no release knows.
    trace_id
        Of which trace, by its root id.
    first, last
        When they arrived, epoch milliseconds, both included.
    newest_first
        The order of the answer.
    """

    first: int
    last: int
    connection_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    types: frozenset[str] = frozenset()
    newest_first: bool = True
    trace_id: str | None = None

    @property
    def filters(self) -> bool:
        """Whether some of the events of a time may be unwanted."""
        return bool(self.connection_id or self.user_id or self.session_id or self.types or self.trace_id)

    def wants(self, item: Item) -> bool:
        """Tell whether an item of the log is wanted, readable or not.

        An item without the stamp of its arrival has no time: it is wanted whatever the time.
        """
        is_stamped = "N" in item.get("arrived_at", _ABSENT)
        return (
            (not is_stamped or self.first <= arrived_at(item) <= self.last)
            and self.connection_id in (None, item.get("connection_id", _ABSENT).get("S"))
            and self.user_id in (None, item.get("user_id", _ABSENT).get("S"))
            and self.session_id in (None, item.get("session_id", _ABSENT).get("S"))
            and self.trace_id in (None, item.get("trace_id", _ABSENT).get("S"))
            and (not self.types or item.get("type", _ABSENT).get("S") in self.types)
        )
