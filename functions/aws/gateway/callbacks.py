"""Callbacks to connections through the gateway: post, look at, and close."""

from collections.abc import Callable
from enum import StrEnum
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from functions.aws.faults import code_of, status_of, unavailable
from functions.domain.refusals import Unavailable

_GONE = 410
_MALFORMED = 400
_TOO_MANY = 429
_BUSY = "LimitExceededException"


class Posted(StrEnum):
    """What became of a post."""

    DELIVERED = "delivered"
    GONE = "gone"
    """There is no such connection any more."""
    UNKNOWN = "unknown"
    """The id cannot be a connection's."""
    BUSY = "busy"
    """Back-pressure; try again later."""


class GoneError(Exception):
    """There is no such connection any more."""


class UnknownConnectionError(Exception):
    """The id cannot be a connection's."""


class BusyError(Unavailable):
    """The gateway throttles, or the client's buffer is full: try again later. It never means Gone."""

    fault = None


class Callbacks:
    """The @connections of an API's stage.

    Parameters
    ----------
    make_client
        Makes an API Gateway management client, when a callback is needed for the first time.
    """

    def __init__(self, make_client: Callable[[], Any]) -> None:
        self._make_client = make_client

    @cached_property
    def _client(self) -> Any:
        return self._make_client()

    def post(self, connection_id: str, frame: bytes) -> Posted:
        """Send a frame, of `MAX_SENT_BYTES` at most, to a connection.

        Raises
        ------
        Unavailable
            If the gateway does not answer in time.
        """
        try:
            self._call("post_to_connection", connection_id, Data=frame)
        except GoneError:
            return Posted.GONE
        except UnknownConnectionError:
            return Posted.UNKNOWN
        except BusyError:
            return Posted.BUSY
        return Posted.DELIVERED

    def last_active_at(self, connection_id: str) -> int:
        """Return when the gateway last saw the connection active, pings too, in epoch milliseconds.

        Raises
        ------
        GoneError, UnknownConnectionError
            If there is no such connection.
        Unavailable
            If the gateway does not answer in time.
        """
        answer = self._call("get_connection", connection_id)
        return int(answer["LastActiveAt"].timestamp() * 1000)

    def close(self, connection_id: str) -> None:
        """Close a connection; its ``$disconnect`` follows. Raises as `last_active_at`."""
        self._call("delete_connection", connection_id)

    def _call(self, operation: str, connection_id: str, **arguments: Any) -> Any:
        with unavailable():
            try:
                return getattr(self._client, operation)(ConnectionId=connection_id, **arguments)
            except ClientError as error:
                if status_of(error) == _GONE:
                    raise GoneError(connection_id) from None
                if status_of(error) == _MALFORMED:
                    raise UnknownConnectionError(connection_id) from None
                if code_of(error) == _BUSY or status_of(error) == _TOO_MANY:
                    raise BusyError(_BUSY) from None
                raise
