"""Speech: its channels, the function that holds a voice session, and what ends one that failed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pulumi

from functions import names
from infra.delivery_queue import DeliveryQueue
from infra.engine import grant_speak
from infra.events_api.events_api import EventsApi, EventsApiArgs
from infra.functions.asynchronous import Asynchronous
from infra.functions.code import dependency_layer
from infra.functions.failure_queue import FailureQueue
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.functions.locks import NOVA, VOICE, Lock
from infra.functions.packaging import build_layer
from infra.gateway.websocket_api import WebSocketApi
from infra.settings.settings import LayerTarget
from infra.settings.voice import VoiceEngine
from infra.tables.event_store import EventStore
from infra.tables.feed_store import FeedStore
from infra.tables.read_model import ReadModel

NAMESPACE = "voice"
"""What the channels begin with: the functions' own word, as a test holds."""
START_SECONDS = 60
"""The shortest that Lambda may try to begin an invocation; the function gives up one that is 15 s old."""
FAILURE_SECONDS = 900
"""How long Lambda tries to have a failure seen to."""


@dataclass(frozen=True, slots=True)
class VoiceArgs:
    """
    What speech works on.

    Parameters
    ----------
    store
        The log, which has what was said, with its claims.
    feeds
        The feeds, by which every screen of a conversation is told.
    read_model
        The conversations, of which the engine is told.
    api
        The API whose connections are posted to.
    region
        Where the stack is.
    queue
        Where posts wait; None where there is no queue.
    build
        Gives the layers.
    """

    store: EventStore
    feeds: FeedStore
    read_model: ReadModel
    api: WebSocketApi
    region: pulumi.Input[str]
    queue: DeliveryQueue | None = None
    build: Callable[[LayerTarget, Lock], Path] = build_layer


class Voice(pulumi.ComponentResource):
    """
    The channels and the functions.

    Attributes
    ----------
    session
        The function that holds a voice session; it invokes itself to hand one over.
    failure
        What Lambda invokes where that one failed: it ends the session in its place.
    failures
        Where failures go that could not be seen to.
    variables
        What a function needs to know that begins sessions, and hands on what is said in them.
    outputs
        What operators need to find them.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: VoiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:Voice", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        settings = runtime.settings
        self._channels = EventsApi(name, runtime, EventsApiArgs(NAMESPACE), opts=here)
        self.failures = FailureQueue(
            f"{name}-failures",
            runtime.naming.of("voice-failures"),
            tls_only=settings.endpoint is None,
            opts=here,
        )
        self.failure = self._failure(runtime, args)
        self.session = self._session(name, runtime, args)
        self.variables: dict[str, pulumi.Input[str]] = {
            names.VOICE_SESSION_FUNCTION: self.session.function_name,
            **self._channels.variables(names.VOICE_HTTP_HOST),
            **settings.limits.of_speech,
            names.VOICE_SESSIONS: str(settings.voice.sessions),
        }
        self.outputs: dict[str, object] = {
            "voice_session_function": self.session.function_name,
            "voice_failure_queue": self.failures.url,
        }
        self.register_outputs({"function_name": self.session.function_name})

    def grant(self, function: Function) -> None:
        """Let a function begin sessions, and hand on what is said in them."""
        function.grant("begin-voice-sessions", self.session.sending)
        self._channels.grant_publish(function)

    def _failure(self, runtime: Runtime, args: VoiceArgs) -> Function:
        made = Function(
            "voice-failure",
            runtime,
            FunctionArgs(
                handler=names.VOICE_FAILURE,
                size=runtime.settings.functions.sizes.voice_failure,
                environment=_of_log(args),
                asynchronous=Asynchronous(self.failures, retries=2, max_age_seconds=FAILURE_SECONDS),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        _grant_end(made, args)
        args.store.grant_claim(made, names.CLAIM_ENDED)
        args.store.grant_look_at_claims(made, names.CLAIM_VOICE, names.CLAIM_RUN)
        args.feeds.grant_count(made)
        args.feeds.grant_subscribe(made)
        args.api.grant_manage_connections(made, "POST")
        return made

    def _session(self, name: str, runtime: Runtime, args: VoiceArgs) -> Function:
        settings = runtime.settings
        locks = [VOICE, NOVA] if settings.voice.engine is VoiceEngine.NOVA else [VOICE]
        layers = [
            dependency_layer(
                f"{name}-layer-{lock.name}",
                runtime.naming,
                settings.layer,
                lock,
                parent=self,
                build=args.build,
            )
            for lock in locks
        ]
        aws = pulumi.Output.concat("https://lambda.", args.region, ".amazonaws.com")
        made = Function(
            "voice-session",
            runtime,
            FunctionArgs(
                handler=names.VOICE_SESSION,
                size=settings.functions.sizes.voice_session,
                environment={
                    **_of_log(args),
                    names.MESSAGES_TABLE: args.read_model.messages_table,
                    names.LAMBDA_ENDPOINT: settings.endpoint or aws,
                    **self._channels.variables(names.VOICE_HTTP_HOST, names.VOICE_REALTIME_HOST),
                    **settings.voice.of_session,
                    names.VOICE_SECONDS_PER_DAY: str(settings.limits.voice_seconds_per_day),
                    **(args.queue.environment if args.queue else {}),
                },
                # what was said is gone with an invocation that failed: the next would say it again
                asynchronous=Asynchronous(self.failure, retries=0, max_age_seconds=START_SECONDS),
                layer_arns=[each.arn for each in layers],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        _grant_end(made, args)
        args.store.grant_claim(made, names.CLAIM_VOICE, names.CLAIM_RUN, names.CLAIM_ENDED)
        args.feeds.grant_deliver(made)
        args.feeds.grant_subscribe(made)
        args.read_model.grant_read_conversations(made)
        args.api.grant_manage_connections(made, "GET", "POST")
        self._channels.grant_publish(made)
        self._channels.grant_subscribe(made)
        made.grant("hand-over", made.sending)
        if args.queue:
            args.queue.grant_defer(made)
        if settings.voice.engine is VoiceEngine.NOVA:
            grant_speak(made, settings.voice, args.region)
        return made


def _of_log(args: VoiceArgs) -> dict[str, pulumi.Input[str]]:
    return {
        names.EVENTS_TABLE: args.store.events_table,
        names.CLAIMS_TABLE: args.store.claims_table,
        names.FEEDS_TABLE: args.feeds.feeds_table,
        names.MANAGEMENT_ENDPOINT: args.api.management_endpoint,
    }


def _grant_end(function: Function, args: VoiceArgs) -> None:
    """Let a function end a session, and give back what it held."""
    args.store.grant_append(function)
    args.store.grant_get_events(function)
    args.store.grant_release(function, names.CLAIM_VOICE)
    args.store.grant_count(function, names.CLAIM_SPEAKING, names.CLAIM_SEATS, names.CLAIM_SPOKEN)
