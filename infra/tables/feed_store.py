"""The feeds: numbers, subscribers and acknowledgements, which handlers write beside the log."""

from dataclasses import dataclass

import pulumi

from functions import names
from infra.functions.function import Function
from infra.naming import Naming
from infra.policy import Statement
from infra.settings.settings import LogSettings
from infra.tables.table import TableArgs, table


@dataclass(frozen=True, slots=True)
class FeedStoreArgs:
    """
    What the feeds are.

    Parameters
    ----------
    naming
        The names of the stack.
    settings
        Recovery: numbers are not in the log, so they are restored with it.
    protect
        Whether the table survives the stack.
    """

    naming: Naming
    settings: LogSettings
    protect: bool


class FeedStore(pulumi.ComponentResource):
    """
    The table ``feeds``.

    Attributes
    ----------
    feeds_table
        Its physical name.
    """

    def __init__(self, name: str, args: FeedStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:FeedStore", name, None, opts)
        self._feeds = table(
            f"{name}-feeds",
            TableArgs(
                name=args.naming.of("feeds"),
                key=names.FEEDS_KEY,
                point_in_time_recovery=args.settings.point_in_time_recovery,
                protect=args.protect,
            ),
            self,
        )
        self.feeds_table = self._feeds.name
        self.register_outputs({"feeds_table": self.feeds_table})

    def grant_subscribe(self, function: Function) -> None:
        """Let a function write and delete subscribers, both of a connection in one request."""
        function.grant("subscribe", Statement(["dynamodb:BatchWriteItem"], [self._feeds.arn]))

    def grant_deliver(self, function: Function) -> None:
        """Let a function number events, and find out whom to post them to."""
        function.grant("deliver", Statement(["dynamodb:Query", "dynamodb:PutItem"], [self._feeds.arn]))

    def grant_count(self, function: Function) -> None:
        """Let a function see which connections a user has open."""
        function.grant("count-subscribers", Statement(["dynamodb:Query"], [self._feeds.arn]))

    def grant_look_for_subscribers(self, function: Function) -> None:
        """Let a function see whether a connection is a subscriber."""
        function.grant("look-for-subscribers", Statement(["dynamodb:BatchGetItem"], [self._feeds.arn]))
