"""The connection manager: the function that operators and services invoke."""

from dataclasses import dataclass

import pulumi

from functions import names
from infra.delivery_queue import DeliveryQueue
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.gateway.websocket_api import WebSocketApi
from infra.tables.event_store import EventStore
from infra.tables.feed_store import FeedStore
from infra.tables.read_model import ReadModel


@dataclass(frozen=True, slots=True)
class ConnectionManagerArgs:
    """
    What the connection manager works on.

    Parameters
    ----------
    store
        The log to which it appends.
    read_model
        The connections that it finds, and the sessions that it lists.
    api
        The API whose connections it asks for, posts to and closes.
    feeds
        The feeds, by which notifications are sent, and which the sweeper heals.
    queue
        Where posts wait; None where there is no queue.
    """

    store: EventStore
    read_model: ReadModel
    api: WebSocketApi
    feeds: FeedStore
    queue: DeliveryQueue | None = None

    @property
    def environment(self) -> dict[str, pulumi.Input[str]]:
        """The variables that this work needs."""
        return {
            names.EVENTS_TABLE: self.store.events_table,
            names.CONNECTIONS_TABLE: self.read_model.connections_table,
            names.MANAGEMENT_ENDPOINT: self.api.management_endpoint,
            names.RETENTION_DAYS: str(self.store.retention_days),
            **(self.queue.environment if self.queue else {}),
        }


class ConnectionManager(pulumi.ComponentResource):
    """
    The function and what it may do; who may invoke it is for IAM to say.

    Attributes
    ----------
    function
        The function.
    """

    def __init__(
        self,
        name: str,
        runtime: Runtime,
        args: ConnectionManagerArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("airium:realtime:ConnectionManager", name, None, opts)
        self.function = Function(
            name,
            runtime,
            FunctionArgs(
                handler=names.CONNECTION_MANAGER,
                size=runtime.settings.functions.sizes.connection_manager,
                environment={
                    **args.environment,
                    names.CLAIMS_TABLE: args.store.claims_table,
                    names.FEEDS_TABLE: args.feeds.feeds_table,
                    names.SESSIONS_TABLE: args.read_model.sessions_table,
                },
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        args.store.grant_append(self.function)
        if args.queue:
            args.queue.grant_defer(self.function)
        args.store.grant_claim(self.function, names.CLAIM_SEND, names.CLAIM_SESSION)
        args.store.grant_see_owners(self.function)
        args.store.grant_get_events(self.function)
        args.feeds.grant_deliver(self.function)
        args.feeds.grant_subscribe(self.function)
        args.read_model.grant_get_connection(self.function)
        args.read_model.grant_list_connections(
            self.function, names.CONNECTIONS_BY_USER, names.CONNECTIONS_ACTIVE
        )
        args.read_model.grant_list_sessions(self.function)
        args.api.grant_manage_connections(self.function, "GET", "POST", "DELETE")
        self.register_outputs({"function_name": self.function.function_name})
