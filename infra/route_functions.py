"""The functions that take what clients send, wired: which routes each has, and what it may do."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from functions import names
from infra.feed import Feed, FeedArgs
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.gateway.routes import FunctionRoute, MockRoute
from infra.gateway.websocket_api import WebSocketApi
from infra.tables.event_store import EventStore
from infra.tables.feed_store import FeedStore


@dataclass(frozen=True, slots=True)
class RouteFunctions:
    """
    The functions behind the routes.

    Parameters
    ----------
    lifecycle
        Takes the beginning and the end of a connection.
    message
        Takes what is recorded.
    feed
        Delivers it, and answers who missed it.
    """

    lifecycle: Function
    message: Function
    feed: Feed

    @property
    def functions(self) -> tuple[Function, Function, Function]:
        """All of them."""
        return (self.lifecycle, self.message, self.feed.function)

    @property
    def routes(self) -> Sequence[FunctionRoute | MockRoute]:
        """The routes of the API."""
        takers = {
            names.ROUTE_DEFAULT: self.message,
            names.ROUTE_VOICE_DATA: self.message,
            names.ROUTE_RESUME: self.feed.function,
            names.ROUTE_HISTORY: self.feed.function,
            names.ROUTE_ACK: self.feed.function,
            names.ROUTE_TEXT_CANCEL: self.feed.function,
        }
        return (
            FunctionRoute(names.ROUTE_CONNECT, self.lifecycle, authorized=True),
            FunctionRoute(names.ROUTE_DISCONNECT, self.lifecycle),
            *(
                FunctionRoute(key, taker, two_way=key in names.TWO_WAY_ROUTES)
                for key, taker in takers.items()
            ),
            MockRoute(names.ROUTE_PING, names.PONG),
        )


def route_functions(
    runtime: Runtime, store: EventStore, feeds: FeedStore, api: WebSocketApi, region: pulumi.Input[str]
) -> RouteFunctions:
    """
    Make the functions.

    Parameters
    ----------
    runtime
        What all functions share.
    store, feeds
        What they write.
    api
        The API whose routes they are behind, and whose connections they post to.
    region
        Where the stack is.
    """
    settings = runtime.settings
    sizes = settings.functions.sizes
    log: dict[str, pulumi.Input[str]] = {
        names.EVENTS_TABLE: store.events_table,
        names.CLAIMS_TABLE: store.claims_table,
        names.MANAGEMENT_ENDPOINT: api.management_endpoint,
        names.RETENTION_DAYS: str(store.retention_days),
    }
    feed = Feed("feed", runtime, FeedArgs(store, feeds, api, region))
    subscribing = {names.FEEDS_TABLE: feeds.feeds_table}
    lifecycle = Function(
        "lifecycle", runtime, FunctionArgs(names.LIFECYCLE, sizes.lifecycle, log | subscribing)
    )
    of_message = log | settings.limits.of_frames | feed.invocation
    message = Function("message", runtime, FunctionArgs(names.MESSAGE, sizes.message, of_message))
    for function in (lifecycle, message):
        store.grant_append(function)
    store.grant_claim(lifecycle, names.CLAIM_SESSION)
    store.grant_claim(message, names.CLAIM_REPLY, names.CLAIM_VOICE)
    feeds.grant_subscribe(lifecycle)
    feed.grant_invoke(message)
    store.grant_release(message, names.CLAIM_VOICE)
    store.grant_count(message, names.CLAIM_TEXTS, names.CLAIM_VOICES)
    api.grant_manage_connections(lifecycle, "POST")
    api.grant_manage_connections(message, "POST", "DELETE")
    return RouteFunctions(lifecycle, message, feed)
