"""What every frame may carry, a client's and the server's."""

from typing import Annotated

import msgspec

from functions.domain.printable import PrintableId

Timestamp = (
    Annotated[str, msgspec.Meta(max_length=64)]
    | Annotated[
        float,
        msgspec.Meta(
            ge=-(2**53),
            le=2**53,
            description="a text of at most 64 characters, or a number up to ±9007199254740992",
        ),
    ]
)
"""Whatever a client keeps its time in, and no more than that."""


class ClientFrame(msgspec.Struct, frozen=True, tag_field="type"):
    """What every frame of a client may carry. ``timestamp`` is the client's own and is not used."""

    id: PrintableId | None = None
    timestamp: Timestamp | None = None


class ServerFrame(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True, kw_only=True):
    """What every frame of the server may carry: the client's ``id``, and when it was sent (ISO 8601)."""

    id: str | None = None
    timestamp: str | None = None
