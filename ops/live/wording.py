"""Shows changes as they happen on the lines on which events of the log are shown."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ops.audit.entries import Entry

Change = Mapping[str, Any]
"""One change, as it was published; a later release may tell more."""


class Wanted(msgspec.Struct, frozen=True):
    """Whose changes are shown; None is everybody's."""

    connection: str | None = None
    user: str | None = None
    session: str | None = None

    def wants(self, change: Change) -> bool:
        """Tell whether a change is shown. Counters are nobody's, and shown where nobody is named."""
        asked = {"connectionId": self.connection, "userId": self.user, "sessionId": self.session}
        return all(value is None or _who(change).get(name) == value for name, value in asked.items())


def entry(change: Change, arrived_at: str) -> Entry:
    """Return a change as an entry of an audit, which arrived at a time in ISO 8601."""
    who = _who(change)
    kind = " ".join(str(change[name]) for name in ("kind", "change") if name in change)
    more = change.get("session") or change.get("moved") or {}
    told = more if isinstance(more, Mapping) else {}
    carried = {name: value for name, value in {**change, **told}.items() if name not in _ELSEWHERE}
    return Entry(
        connection_id=str(who.get("connectionId") or "-"),
        event_id="",
        arrived_at=arrived_at,
        type=kind or None,
        user_id=who.get("userId"),
        session_id=who.get("sessionId"),
        data=carried,
    )


_ELSEWHERE = frozenset({"kind", "change", "connectionId", "userId", "sessionId", "session", "moved", "at"})
"""What stands in a place of its own, or says when: the line begins with when it came."""


def _who(change: Change) -> dict[str, Any]:
    session = change.get("session")
    return {**(session if isinstance(session, Mapping) else {}), **change}
