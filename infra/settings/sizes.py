"""How much memory and time each function may use."""

from typing import Annotated

from pydantic import Field

from infra.settings.group import Group

MAX_ROUTE_SECONDS = 29
"""API Gateway gives up on an integration after 29 s; a longer timeout would only cost."""

MIN_ROUTE_SECONDS = 5
"""An append may wait three seconds for other texts of the same user, and must then still be answered."""


class Size(Group):
    """What one function may use."""

    memory_mb: Annotated[int, Field(ge=128, le=10_240)] = 512
    """Memory in MB; the share of a processor grows with it."""
    timeout_seconds: Annotated[int, Field(ge=20, le=900)] = 120
    """Seconds until an invocation is ended. In its last 10 s it begins nothing more."""
    reserved_concurrency: Annotated[int | None, Field(ge=1)] = None
    """The most invocations at a time, taken from the account's share; none by default."""


class RouteSize(Size):
    """What a function behind the gateway may use."""

    timeout_seconds: Annotated[int, Field(ge=MIN_ROUTE_SECONDS, le=MAX_ROUTE_SECONDS)] = 15
    """Seconds until an invocation is ended; the gateway waits no longer."""


class LifecycleSize(RouteSize):
    """What the function of ``$connect`` and ``$disconnect`` may use."""

    timeout_seconds: Annotated[int, Field(ge=MIN_ROUTE_SECONDS, le=MAX_ROUTE_SECONDS)] = 25
    """An opening and then its failure take up to 12 s each: 3 s until the last attempt, and 9 s for that."""


class FeedSize(RouteSize):
    """What the function of the feeds may use."""

    timeout_seconds: Annotated[int, Field(ge=10, le=MAX_ROUTE_SECONDS)] = MAX_ROUTE_SECONDS
    """A resume posts 200 messages, one after the other, and begins none in its last 5 s."""


class ProjectorSize(Size):
    """What the projector may use: it decodes, which takes a processor."""

    memory_mb: Annotated[int, Field(ge=128, le=10_240)] = 1_024
    timeout_seconds: Annotated[int, Field(ge=1, le=900)] = 60
    """A rebuild waits for longer than this."""


class ArchiverSize(Size):
    """What the archiver may use: it holds an object in its memory, and stops before its time is over."""

    memory_mb: Annotated[int, Field(ge=512, le=10_240)] = 1_024
    timeout_seconds: Annotated[int, Field(ge=300, le=900)] = 900
    """Seconds until an invocation is ended; with less than 120 left, no further object is begun."""


class DelivererSize(Size):
    """What the worker of the delivery queue may use: it waits for the gateway."""

    timeout_seconds: Annotated[int, Field(ge=30, le=600)] = 60
    """Seconds until an invocation is ended. What it has not begun 15 s before that, it puts back."""


class ResponderSize(Size):
    """What the responder may use: it waits for a model."""

    timeout_seconds: Annotated[int, Field(ge=60, le=900)] = 120
    """Seconds until an invocation is ended: a reply that is not whole by then is cut off before.

    A model that says nothing is waited for during 40 s, and is asked again after that.
    """


class LiveAuthorizerSize(Size):
    """What the function may use that is asked who may read changes as they happen."""

    timeout_seconds: Annotated[int, Field(ge=5, le=10)] = 10
    """Seconds until an invocation is ended; AppSync waits no longer."""


class VoiceSessionSize(Size):
    """What the function of voice sessions may use: each that is open holds one of its invocations."""

    timeout_seconds: Annotated[int, Field(ge=125, le=900)] = 900
    """Seconds until an invocation is ended; two minutes before that, the next must take over."""


class Sizes(Group):
    """The size of each function."""

    authorizer: RouteSize = RouteSize()
    live_authorizer: LiveAuthorizerSize = LiveAuthorizerSize()
    ticket: RouteSize = RouteSize()
    lifecycle: LifecycleSize = LifecycleSize()
    message: RouteSize = RouteSize()
    feed: FeedSize = FeedSize()
    responder: ResponderSize = ResponderSize()
    projector: ProjectorSize = ProjectorSize()
    connection_manager: Size = Size()
    sweeper: Size = Size()
    archiver: ArchiverSize = ArchiverSize()
    deliverer: DelivererSize = DelivererSize()
    voice_session: VoiceSessionSize = VoiceSessionSize()
    voice_failure: Size = Size()
