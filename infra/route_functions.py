"""The functions that take what clients send, wired: which routes each has, and what it may do."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from functions import names
from infra.delivering import Delivering
from infra.delivery_queue import DeliveryQueue
from infra.feed import Feed, FeedArgs
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.gateway.routes import FunctionRoute, MockRoute
from infra.gateway.websocket_api import WebSocketApi
from infra.responder import Responder, ResponderArgs
from infra.tables.event_store import EventStore
from infra.tables.feed_store import FeedStore
from infra.tables.read_model import ReadModel
from infra.voice.voice import Voice


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
        Answers who missed something of it, and delivers it where no text is answered.
    responder
        Delivers and answers it; None where no text is answered.
    delivering
        Whichever of the two delivers.
    """

    lifecycle: Function
    message: Function
    feed: Feed
    responder: Responder | None
    delivering: Delivering

    @property
    def functions(self) -> tuple[Function, Function, Function]:
        """Those that the routes lead to."""
        return (self.lifecycle, self.message, self.feed.function)

    @property
    def routes(self) -> Sequence[FunctionRoute | MockRoute]:
        """The routes of the API."""
        takers = {
            names.ROUTE_DEFAULT: self.message,
            **dict.fromkeys(names.VOICE_ROUTES, self.message),
            names.ROUTE_RESUME: self.feed.function,
            names.ROUTE_HISTORY: self.feed.function,
            names.ROUTE_ACK: self.feed.function,
            names.ROUTE_TEXT_CANCEL: self.feed.function,
            names.ROUTE_SESSIONS: self.feed.function,
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
    runtime: Runtime,
    store: EventStore,
    feeds: FeedStore,
    read_model: ReadModel,
    api: WebSocketApi,
    region: pulumi.Input[str],
    queue: DeliveryQueue | None = None,
    voice: Voice | None = None,
) -> RouteFunctions:
    """
    Make the functions.

    Parameters
    ----------
    runtime
        What all functions share.
    store, feeds
        What they write.
    read_model
        What is read of conversations.
    api
        The API whose routes they are behind, and whose connections they post to.
    region
        Where the stack is.
    queue
        Where posts wait; None where there is no queue.
    voice
        What holds voice sessions; None where nobody can speak.
    """
    settings = runtime.settings
    sizes = settings.functions.sizes
    log: dict[str, pulumi.Input[str]] = {
        names.EVENTS_TABLE: store.events_table,
        names.CLAIMS_TABLE: store.claims_table,
        names.MANAGEMENT_ENDPOINT: api.management_endpoint,
        names.RETENTION_DAYS: str(store.retention_days),
    }
    feed = Feed("feed", runtime, FeedArgs(store, feeds, read_model, api, queue))
    responder: Responder | None = None
    if settings.ai.enabled:
        args = ResponderArgs(store, feeds, read_model, api, region, queue)
        responder = Responder("responder", runtime, args)
    deliverer = responder.function if responder else feed.function
    delivering = Delivering(deliverer, settings.endpoint, region)
    subscribing = {names.FEEDS_TABLE: feeds.feeds_table}
    lifecycle = Function(
        "lifecycle", runtime, FunctionArgs(names.LIFECYCLE, sizes.lifecycle, log | subscribing)
    )
    of_message = log | settings.limits.of_frames | delivering.variables
    if responder or voice:
        # who sends a text, or starts to speak, again is told again what came of it, which counts as a resume
        of_message |= {names.REPEATS_PER_MINUTE: str(settings.limits.resumes_per_minute)}
    if responder:
        of_message |= settings.limits.of_replies | settings.ai.of_reservations
    if voice:
        of_message |= voice.variables
    message = Function("message", runtime, FunctionArgs(names.MESSAGE, sizes.message, of_message))
    for function in (lifecycle, message):
        store.grant_append(function)
    store.grant_claim(lifecycle, names.CLAIM_SESSION)
    feeds.grant_subscribe(lifecycle)
    delivering.grant(message)
    _grant_claims(store, message, answers=responder is not None, speaks=voice is not None)
    if voice:
        voice.grant(message)
    api.grant_manage_connections(lifecycle, "POST")
    api.grant_manage_connections(message, "POST", "DELETE")
    return RouteFunctions(lifecycle, message, feed, responder, delivering)


def _grant_claims(store: EventStore, message: Function, *, answers: bool, speaks: bool) -> None:
    """Let the function that takes frames make, count and look at the claims that go with them."""
    store.grant_claim(message, names.CLAIM_REPLY, *((names.CLAIM_VOICE,) if speaks else ()))
    told_again = (names.CLAIM_REPLY, names.CLAIM_RESUMES) if answers or speaks else ()
    answered = (names.CLAIM_INFLIGHT, names.CLAIM_TOKENS) if answers else ()
    spoken = (
        (names.CLAIM_VOICES, names.CLAIM_SPEAKING, names.CLAIM_SEATS, names.CLAIM_SPOKEN) if speaks else ()
    )
    store.grant_count(message, names.CLAIM_TEXTS, *told_again, *answered, *spoken)
    if speaks:
        store.grant_look_at_claims(message, names.CLAIM_VOICE, names.CLAIM_ENDED)
