"""The read models: what the projector keeps of the log, and what can be made again from it."""

from dataclasses import dataclass

import pulumi

from functions import names
from infra.functions.function import Function
from infra.naming import Naming
from infra.policy import Statement
from infra.tables.table import Index, TableArgs, table


@dataclass(frozen=True, slots=True)
class ReadModelArgs:
    """
    What the read models are.

    Parameters
    ----------
    naming
        The names of the stack.
    protect
        Whether the tables survive the stack.
    """

    naming: Naming
    protect: bool


class ReadModel(pulumi.ComponentResource):
    """
    The tables ``connections``, ``metrics``, ``messages`` and ``sessions``.

    Attributes
    ----------
    connections_table, metrics_table, messages_table, sessions_table
        Physical names.
    """

    def __init__(self, name: str, args: ReadModelArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:ReadModel", name, None, opts)
        self._connections = table(
            f"{name}-connections",
            TableArgs(
                name=args.naming.of("connections"),
                key=names.CONNECTIONS_KEY,
                indexes=(
                    Index(names.CONNECTIONS_BY_USER, names.CONNECTIONS_BY_USER_KEY, names.CONNECTION_INDEXED),
                    Index(names.CONNECTIONS_ACTIVE, names.CONNECTIONS_ACTIVE_KEY, names.CONNECTION_INDEXED),
                ),
                protect=args.protect,
            ),
            self,
        )
        self._metrics = table(
            f"{name}-metrics",
            TableArgs(name=args.naming.of("metrics"), key=names.METRICS_KEY, protect=args.protect),
            self,
        )
        self._messages = table(
            f"{name}-messages",
            TableArgs(name=args.naming.of("messages"), key=names.MESSAGES_KEY, protect=args.protect),
            self,
        )
        self._sessions = table(
            f"{name}-sessions",
            TableArgs(
                name=args.naming.of("sessions"),
                key=names.SESSIONS_KEY,
                # keys only: counts move without it, and who lists reads what the table has by now
                indexes=(Index(names.SESSIONS_BY_ACTIVITY, names.SESSIONS_BY_ACTIVITY_KEY, ()),),
                protect=args.protect,
            ),
            self,
        )
        self.connections_table = self._connections.name
        self.metrics_table = self._metrics.name
        self.messages_table = self._messages.name
        self.sessions_table = self._sessions.name
        self.register_outputs(
            {
                "connections_table": self.connections_table,
                "metrics_table": self.metrics_table,
                "messages_table": self.messages_table,
                "sessions_table": self.sessions_table,
            }
        )

    def grant_project(self, function: Function) -> None:
        """Let a function join events into rows and move the counters."""
        function.grant(
            "project",
            Statement(
                ["dynamodb:BatchGetItem", "dynamodb:PutItem"],
                [self._connections.arn, self._messages.arn, self._sessions.arn],
            ),
            Statement(["dynamodb:BatchGetItem", "dynamodb:UpdateItem"], [self._metrics.arn]),
        )

    def grant_get_connection(self, function: Function) -> None:
        """Let a function read a connection that it can name."""
        function.grant("get-connection", Statement(["dynamodb:GetItem"], [self._connections.arn]))

    def grant_read_conversations(self, function: Function) -> None:
        """Let a function read what was said in a conversation."""
        function.grant("read-conversations", Statement(["dynamodb:Query"], [self._messages.arn]))

    def grant_list_connections(self, function: Function, *indexes: str) -> None:
        """Let a function query the connections by the named indexes."""
        arns = [pulumi.Output.concat(self._connections.arn, "/index/", index) for index in indexes]
        function.grant("list-connections", Statement(["dynamodb:Query"], arns))

    def grant_list_sessions(self, function: Function) -> None:
        """Let a function list sessions by their last activity."""
        index = pulumi.Output.concat(self._sessions.arn, "/index/", names.SESSIONS_BY_ACTIVITY)
        function.grant(
            "list-sessions",
            Statement(["dynamodb:Query"], [index]),
            Statement(["dynamodb:BatchGetItem"], [self._sessions.arn]),
        )
