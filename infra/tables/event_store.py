"""The log of events and its claims: the only state that handlers write."""

from dataclasses import dataclass

import pulumi

from functions import names
from infra.functions.function import Function
from infra.naming import Naming
from infra.policy import Statement, open_ended
from infra.settings.settings import LogSettings
from infra.tables.table import Index, TableArgs, table


@dataclass(frozen=True, slots=True)
class EventStoreArgs:
    """
    What the log is.

    Parameters
    ----------
    naming
        The names of the stack.
    settings
        Retention and recovery.
    protect
        Whether the tables survive the stack.
    """

    naming: Naming
    settings: LogSettings
    protect: bool


class EventStore(pulumi.ComponentResource):
    """
    The tables ``events`` and ``claims``.

    Attributes
    ----------
    events_table, claims_table
        Physical names.
    stream_arn
        The stream of inserted events.
    retention_days
        Days from a connection's start until its events expire.
    """

    def __init__(self, name: str, args: EventStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:EventStore", name, None, opts)
        self._events = table(
            f"{name}-events",
            TableArgs(
                name=args.naming.of("events"),
                key=names.EVENTS_KEY,
                indexes=(
                    # with all attributes, so that an audit query reads what it returns
                    Index(names.EVENTS_BY_USER, names.EVENTS_BY_USER_KEY),
                    Index(names.EVENTS_BY_ARRIVAL, names.EVENTS_BY_ARRIVAL_KEY),
                ),
                stream=True,
                point_in_time_recovery=args.settings.point_in_time_recovery,
                protect=args.protect,
            ),
            self,
        )
        self._claims = table(
            f"{name}-claims",
            TableArgs(
                name=args.naming.of("claims"),
                key=names.CLAIMS_KEY,
                point_in_time_recovery=args.settings.point_in_time_recovery,
                protect=args.protect,
            ),
            self,
        )
        self.events_table = self._events.name
        self.claims_table = self._claims.name
        self.stream_arn = self._events.stream_arn
        self.retention_days = args.settings.retention_days
        self.register_outputs({"events_table": self.events_table, "claims_table": self.claims_table})

    def grant_append(self, function: Function) -> None:
        """Let a function append events."""
        function.grant("append-events", Statement(["dynamodb:PutItem"], [self._events.arn]))

    def grant_claim(self, function: Function, kind: str, *others: str) -> None:
        """Let a function make claims of these kinds; in a transaction, IAM judges each action by itself."""
        function.grant("make-claims", self._of_claims("PutItem", kind, *others))

    def grant_release(self, function: Function, kind: str, *others: str) -> None:
        """Let a function give up claims of these kinds."""
        function.grant("release-claims", self._of_claims("DeleteItem", kind, *others))

    def grant_count(self, function: Function, kind: str, *others: str) -> None:
        """Let a function count in claims: what a user does in a minute, or how often something was tried."""
        function.grant("count-claims", self._of_claims("UpdateItem", kind, *others))

    def grant_see_owners(self, function: Function) -> None:
        """Let a function see whose a session is."""
        function.grant("see-owners", self._of_claims("GetItem", names.CLAIM_SESSION))

    def grant_look_at_claims(self, function: Function, kind: str, *others: str) -> None:
        """Let a function look at claims of these kinds, one at a time."""
        function.grant("look-at-claims", self._of_claims("GetItem", kind, *others))

    def grant_issue(self, function: Function) -> None:
        """Let a function issue tickets, which are claims."""
        function.grant("issue-tickets", self._of_claims("PutItem", names.CLAIM_TICKET))

    def grant_redeem(self, function: Function) -> None:
        """Let a function redeem a ticket: a deletion gives it to the first who asks, and to nobody else."""
        function.grant("redeem-tickets", self._of_claims("DeleteItem", names.CLAIM_TICKET))

    def _of_claims(self, operation: str, *kinds: str) -> Statement:
        return Statement([f"dynamodb:{operation}"], [self._claims.arn], [f"{kind}*" for kind in kinds])

    def grant_refold(self, function: Function) -> None:
        """Let a function read the log of one connection."""
        function.grant("refold-events", Statement(["dynamodb:Query"], [self._events.arn]))

    def grant_get_events(self, function: Function) -> None:
        """Let a function read events that it can name."""
        function.grant("get-events", Statement(["dynamodb:BatchGetItem"], [self._events.arn]))

    def grant_look_up_events(self, function: Function) -> None:
        """Let a function find the events of a user."""
        index = pulumi.Output.concat(self._events.arn, "/index/", names.EVENTS_BY_USER)
        function.grant("look-up-events", Statement(["dynamodb:Query"], [index]))

    def grant_read_arrivals(self, function: Function) -> None:
        """Let a function read the log in the order of arrival."""
        index = pulumi.Output.concat(self._events.arn, "/index/", names.EVENTS_BY_ARRIVAL)
        function.grant("read-arrivals", Statement(["dynamodb:Query"], [index]))

    def grant_read_stream(self, function: Function) -> None:
        """Let Lambda read the stream for a function."""
        function.grant(
            "read-stream",
            Statement(
                ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
                [self.stream_arn],
            ),
            Statement(["dynamodb:ListStreams"], [open_ended(self._events.arn, "/stream/*")]),
        )
