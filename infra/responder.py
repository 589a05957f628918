"""The responder: the function that answers texts, and the queue for those that it gave up."""

from dataclasses import dataclass

import pulumi

from functions import names
from infra.delivery_queue import DeliveryQueue
from infra.engine import grant_ask
from infra.functions.asynchronous import Asynchronous
from infra.functions.code import models_layer
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.functions.models import Service
from infra.gateway.websocket_api import WebSocketApi
from infra.settings.ai import Engine
from infra.tables.event_store import EventStore
from infra.tables.feed_store import FeedStore
from infra.tables.read_model import ReadModel


@dataclass(frozen=True, slots=True)
class ResponderArgs:
    """
    What the responder works on.

    Parameters
    ----------
    store
        The log, which has the texts and gets what became of them, and the claims.
    feeds
        The feeds.
    read_model
        The conversations, of which the engine is told.
    api
        The API whose connections it posts to.
    region
        Where the stack is.
    queue
        Where posts wait; None where there is no queue.
    """

    store: EventStore
    feeds: FeedStore
    read_model: ReadModel
    api: WebSocketApi
    region: pulumi.Input[str]
    queue: DeliveryQueue | None = None


class Responder(pulumi.ComponentResource):
    """
    The function and its failure queue.

    Attributes
    ----------
    function
        The function.
    failures
        Where texts go that Lambda gave up: which they are, and nothing of them.
    outputs
        What operators need to find it.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: ResponderArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Responder", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        settings = runtime.settings
        self.failures = FailureQueue(
            f"{name}-failures",
            runtime.naming.of("responder-failures"),
            tls_only=settings.endpoint is None,
            opts=here,
        )
        asks_bedrock = settings.ai.engine is Engine.BEDROCK
        # the script speaks to nobody
        services = [Service.BEDROCK] if asks_bedrock else []
        models = [models_layer(f"{name}-models", runtime.naming, each, self).arn for each in services]
        self.function = Function(
            name,
            runtime,
            FunctionArgs(
                handler=names.RESPONDER,
                size=settings.functions.sizes.responder,
                environment={
                    names.EVENTS_TABLE: args.store.events_table,
                    names.CLAIMS_TABLE: args.store.claims_table,
                    names.FEEDS_TABLE: args.feeds.feeds_table,
                    names.MESSAGES_TABLE: args.read_model.messages_table,
                    names.MANAGEMENT_ENDPOINT: args.api.management_endpoint,
                    **settings.ai.of_engine,
                    **(args.queue.environment if args.queue else {}),
                    **settings.ai.of_reservations,
                },
                # after two retries, which come a minute and three minutes later, the sweeper has it done
                asynchronous=Asynchronous(
                    self.failures, retries=2, max_age_seconds=names.LATEST_ATTEMPT_SECONDS
                ),
                layer_arns=models,
            ),
            opts=here,
        )
        args.store.grant_append(self.function)
        args.store.grant_get_events(self.function)
        counted = (names.CLAIM_ANSWER, names.CLAIM_INFLIGHT, names.CLAIM_TOKENS)
        args.store.grant_count(self.function, *counted)
        args.store.grant_look_at_claims(self.function, names.CLAIM_ANSWER)
        args.feeds.grant_deliver(self.function)
        args.feeds.grant_subscribe(self.function)
        args.read_model.grant_read_conversations(self.function)
        args.api.grant_manage_connections(self.function, "POST")
        if args.queue:
            args.queue.grant_defer(self.function)
        if asks_bedrock:
            grant_ask(self.function, settings.ai, args.region, emulated=settings.endpoint is not None)
        self.outputs: dict[str, object] = {
            "responder_function": self.function.function_name,
            "responder_failure_queue": self.failures.url,
        }
        self.register_outputs({"function_name": self.function.function_name})
