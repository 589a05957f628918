"""What the tests of the connection manager and of the sweeper share: a table of rows, a gateway, a clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import botocore.session
from botocore.exceptions import ClientError
from moto import mock_aws

from functions.aws.gateway.callbacks import BusyError, Callbacks, GoneError, Posted, UnknownConnectionError
from functions.aws.read_models.connection_items import Stored, active_shard, encode
from functions.aws.read_models.connections import Connections
from functions.domain.connections.connection import Closed, Connection, Lost, Opened, Operator
from functions.domain.refusals import Unavailable
from functions.names import ACTIVE_SHARDS
from functions.operations.connections.invocation import Invocation
from tests import consistency
from tests.tables import create_tables

NOW: Final = 1_795_420_800_000
"""2026-11-23T08:00:00Z, the time of every invocation here."""
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
RETENTION_SECONDS: Final = 90 * 86_400

CLOSED: Final = Closed("01CLOSED", NOW - MINUTE, 1000)
LOST: Final = Lost("01LOST", NOW, "sweeper")
TOLD_TO_GO: Final = Operator("01OPERATOR", "DISCONNECTED", "olga")


def row(connection_id: str = "c-1", **changes: Any) -> Connection:
    """Return the row of alice's connection, opened half an hour ago and active since."""
    created_at = changes.pop("created_at", NOW - 30 * MINUTE)
    expires = changes.pop("token_expires_at", created_at // 1000 + 7_200)
    values = {
        "user_id": "alice",
        "session_id": "s-1",
        "last_activity": created_at + MINUTE,
        "opened": Opened("01OPENED", "192.0.2.1", "client/1.0", expires),
        "expires_at": created_at // 1000 + RETENTION_SECONDS,
    }
    return Connection(connection_id, created_at=created_at, **{**values, **changes})


def idle(seconds: int, connection_id: str = "c-1", **changes: Any) -> Connection:
    """Return a row that was last active so long ago, a minute after it was opened."""
    created_at = NOW - seconds * 1000 - MINUTE
    return row(connection_id, **{"created_at": created_at, "token_expires_at": NOW // 1000 + 600, **changes})


class Table(Connections):
    """The connections table on moto, where a test puts rows."""

    def empty(self) -> "Table":
        """Return the table without rows."""
        for item in self._client.scan(TableName=self._table, ConsistentRead=True)["Items"]:
            key = {"connectionId": item["connectionId"]}
            self._client.delete_item(TableName=self._table, Key=key)
        return self

    def watched(self) -> tuple[Connections, list[dict[str, Any]]]:
        """Return another view of the same table, and the list where its queries will stand."""
        client = Watched(self._client)
        return Connections(client, self._table), client.queries

    def put(self, *rows: Connection, shards: int = ACTIVE_SHARDS) -> None:
        """Put rows as the projector does, or did when there were as many shards."""
        for connection in rows:
            item = encode(Stored(connection, 1, 1))
            if "activeShard" in item:
                item["activeShard"] = {"S": active_shard(connection.connection_id, shards)}
            self._client.put_item(TableName=self._table, Item=item)

    def with_shards(self, shards: int) -> Connections:
        """Return the same table as a release reads it that has so many shards."""
        return Connections(self._client, self._table, shards)


class Watched:
    """A client that passes calls on, and remembers the queries among them."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.queries: list[dict[str, Any]] = []

    def query(self, **arguments: Any) -> Any:
        """Query as the client does."""
        self.queries.append(dict(arguments))
        return self._client.query(**arguments)


@contextmanager
def connections_table() -> Iterator[Table]:
    """Give an empty table of connections."""
    with mock_aws():
        session = botocore.session.get_session()
        client = consistency.demanded(session.create_client("dynamodb", region_name="us-east-1"))
        yield Table(client, create_tables(client, "test").connections)


class Throttled:
    """A DynamoDB client that is throttled, whatever it is asked."""

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        """Return an operation that raises."""

        def throttle(**_: object) -> None:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, operation)

        return throttle


class Gateway(Callbacks):
    """A gateway that says of each connection what a test wants.

    Attributes
    ----------
    gone, unknown, silent
        Connections that are gone, malformed, and for which it does not answer in time.
    busy
        How often it asks for patience before it takes a post.
    seen
        When it last saw each connection active, epoch milliseconds; of others it says `NOW`.
    posts, closed, asked
        What it was asked to do, in order.
    """

    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.gone: set[str] = set()
        self.unknown: set[str] = set()
        self.silent: set[str] = set()
        self.busy: dict[str, int] = {}
        self.seen: dict[str, int] = {}
        self.posts: list[tuple[str, bytes]] = []
        self.closed: list[str] = []
        self.asked: list[str] = []

    def post(self, connection_id: str, frame: bytes) -> Posted:
        self.posts.append((connection_id, frame))
        if self.busy.get(connection_id, 0):
            self.busy[connection_id] -= 1
            return Posted.BUSY
        try:
            self._answer(connection_id)
        except GoneError:
            return Posted.GONE
        except UnknownConnectionError:
            return Posted.UNKNOWN
        return Posted.DELIVERED

    def last_active_at(self, connection_id: str) -> int:
        self.asked.append(connection_id)
        self._answer(connection_id)
        return self.seen.get(connection_id, NOW)

    def close(self, connection_id: str) -> None:
        self.closed.append(connection_id)
        self._answer(connection_id)

    def _answer(self, connection_id: str) -> None:
        if connection_id in self.gone:
            raise GoneError(connection_id)
        if connection_id in self.unknown:
            raise UnknownConnectionError(connection_id)
        if connection_id in self.silent:
            raise Unavailable("ReadTimeoutError")
        if self.busy.get(connection_id, 0):
            raise BusyError("LimitExceededException")


class Context:
    """Lambda's context: the time that is left is what a test says of each look, and a minute after that."""

    def __init__(self, *looks: int, request_id: str = "r-1") -> None:
        self.aws_request_id = request_id
        self._looks = iter(looks)  # several threads may look

    def get_remaining_time_in_millis(self) -> int:
        """Return the next of the times."""
        return next(self._looks, MINUTE)


def invocation(*looks: int, at: int = NOW, request_id: str = "r-1") -> Invocation:
    """Return an invocation that has as much time left at each look, and a minute after that."""
    remaining = Context(*looks).get_remaining_time_in_millis
    return Invocation(request_id, at, RETENTION_SECONDS, remaining, "trace-1")
