"""What all requests to the connection manager have in common: their parts, and how one is refused."""

from typing import Annotated, Any, ClassVar, Literal

import msgspec

from functions.domain.identity.identity import NAME
from functions.domain.printable import PrintableId

ErrorCode = Literal["invalid_request", "not_found", "invalid_cursor", "conflict", "unavailable"]

ConnectionId = PrintableId
"""Whatever could be a connection's id; an id that no connection has is ``not_found``."""
UserId = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"^{NAME.pattern}$(?!\n)",
        description="1 to 128 ASCII letters, digits and any of - . _ : @ | + =",
    ),
]
SessionId = UserId


class RequestError(Exception):
    """A request is refused, with one of the manager's codes and a message for the caller."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class OneRequest(
    msgspec.Struct,
    frozen=True,
    rename="camel",
    tag_field="operation",
    forbid_unknown_fields=True,
    kw_only=True,
):
    """A request names its operation; what is unknown in it is refused, since a typing error would act."""


class PagedRequest(OneRequest, frozen=True, kw_only=True):
    """A request that may be continued from where its last answer ended."""

    cursor: str | None = None

    _free: ClassVar[dict[str, Any]] = {"cursor": None}

    @property
    def scope(self) -> bytes:
        """What a cursor of this request is bound to: the operation and its arguments."""
        return msgspec.json.encode(msgspec.structs.replace(self, **self._free), order="deterministic")
