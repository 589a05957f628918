"""What can be found to be wrong after a history."""

from typing import Any, Literal

import msgspec

Kind = Literal["lost", "twice", "untrue", "read model", "counter", "feed", "device", "reply"]
Item = dict[str, Any]


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong."""

    kind: Kind
    what: str
