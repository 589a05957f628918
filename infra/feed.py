"""The function of the feeds: it delivers what was appended, and answers who missed something of it."""

from dataclasses import dataclass

import pulumi

from functions import names
from infra.delivery_queue import DeliveryQueue
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.gateway.websocket_api import WebSocketApi
from infra.tables.event_store import EventStore
from infra.tables.feed_store import FeedStore
from infra.tables.read_model import ReadModel

PENDING_SECONDS = 15 * 60
"""A question that is older has an outcome by the sweeper, or none that is still worth waiting for."""


@dataclass(frozen=True, slots=True)
class FeedArgs:
    """
    What the function works on.

    Parameters
    ----------
    store
        The log, whose events it delivers, with its counts.
    feeds
        The feeds.
    read_model
        The sessions that it lists.
    api
        The API whose connections it posts to.
    queue
        Where posts wait; None where there is no queue.
    """

    store: EventStore
    feeds: FeedStore
    read_model: ReadModel
    api: WebSocketApi
    queue: DeliveryQueue | None = None


class Feed(pulumi.ComponentResource):
    """
    The function.

    Attributes
    ----------
    function
        The function.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: FeedArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Feed", name, None, opts)
        settings = runtime.settings
        self.function = Function(
            name,
            runtime,
            FunctionArgs(
                handler=names.FEED,
                size=settings.functions.sizes.feed,
                environment={
                    names.EVENTS_TABLE: args.store.events_table,
                    names.CLAIMS_TABLE: args.store.claims_table,
                    names.FEEDS_TABLE: args.feeds.feeds_table,
                    names.SESSIONS_TABLE: args.read_model.sessions_table,
                    names.MANAGEMENT_ENDPOINT: args.api.management_endpoint,
                    names.RETENTION_DAYS: str(args.store.retention_days),
                    **settings.limits.of_feeds,
                    names.FEED_WINDOW_SECONDS: str(settings.feeds.window_hours * 3_600),
                    **({names.PENDING_SECONDS: str(PENDING_SECONDS)} if settings.ai.enabled else {}),
                    **(args.queue.environment if args.queue else {}),
                },
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        args.store.grant_append(self.function)
        args.store.grant_get_events(self.function)
        args.store.grant_look_up_events(self.function)
        args.store.grant_count(self.function, names.CLAIM_RESUMES, names.CLAIM_HISTORIES, names.CLAIM_CANCELS)
        args.feeds.grant_deliver(self.function)
        args.feeds.grant_subscribe(self.function)
        args.feeds.grant_look_for_subscribers(self.function)
        args.read_model.grant_list_sessions(self.function)
        args.api.grant_manage_connections(self.function, "POST", "DELETE")
        if args.queue:
            args.queue.grant_defer(self.function)
        self.register_outputs({"function_name": self.function.function_name})
