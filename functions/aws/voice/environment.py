"""Makes of the environment what voice sessions are held with, each once in an execution environment."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from functions import names
from functions.aws import clients
from functions.aws.environment import dynamodb, required
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.lone_claims import LoneClaims
from functions.domain.voice.manner import Manner

if TYPE_CHECKING:
    from functions.aws.events_api.publishing import Events
    from functions.aws.invoking import Invoker
    from functions.aws.voice.engines.engine import SpeechEngine

_ENGINES: Final[Mapping[str, str]] = {
    names.VOICE_ENGINE_ECHO: "functions.aws.voice.engines.echo",
    names.VOICE_ENGINE_NOVA: "functions.aws.voice.engines.nova",
}
"""Where each engine is made: its module alone is imported, since one needs a layer of its own."""


@cache
def claims() -> LoneClaims:
    """Return the claims with which nothing is appended."""
    return LoneClaims(dynamodb(), required(names.CLAIMS_TABLE))


@cache
def callbacks() -> Callbacks:
    """Return callbacks that are given up early, for several threads: speech that comes late is of no use."""
    emulated = names.EMULATED in os.environ
    client = clients.management(required(names.MANAGEMENT_ENDPOINT), emulated=emulated, config=clients.BRIEF)
    return Callbacks(lambda: client)


@cache
def events() -> "Events":
    """Return what publishes to the channels of voice sessions."""
    return clients.events(
        required(names.VOICE_HTTP_HOST), required("AWS_REGION"), os.environ.get(names.APPSYNC_ENDPOINT)
    )


def subscribe() -> Callable[[str], AbstractAsyncContextManager[AsyncIterator[str]]]:
    """Return what subscribes to the channels of voice sessions."""
    from functions.aws.events_api.authorizations import signing  # noqa: PLC0415 - who publishes needs no WebSocket
    from functions.aws.events_api.subscribing import subscribed  # noqa: PLC0415 - likewise

    authorize = signing(clients.credentials(), required(names.VOICE_HTTP_HOST), required("AWS_REGION"))
    host, endpoint = required(names.VOICE_REALTIME_HOST), os.environ.get(names.APPSYNC_ENDPOINT)
    return lambda channel: subscribed(host, authorize, channel, endpoint)


@cache
def invoker() -> "Invoker":
    """Return what invokes this very function once more."""
    return clients.invoker(
        required(names.LAMBDA_ENDPOINT), required("AWS_LAMBDA_FUNCTION_NAME"), required("AWS_REGION")
    )


@cache
def engine() -> "SpeechEngine":
    """Return who people speak with; its module gives it as ``engine_of(environment)``."""
    module = import_module(_ENGINES[required(names.VOICE_ENGINE)])
    made: SpeechEngine = module.engine_of(os.environ)
    return made


def manner() -> Manner:
    """Return how sessions are held."""
    return Manner(
        voice=required(names.VOICE_NAME),
        system=os.environ.get(names.VOICE_SYSTEM_PROMPT),
        history_turns=int(required(names.VOICE_HISTORY_TURNS)),
        grace_seconds=int(required(names.VOICE_GRACE_SECONDS)),
        handover_seconds=int(required(names.VOICE_HANDOVER_SECONDS)),
        seconds_per_day=int(required(names.VOICE_SECONDS_PER_DAY)),
    )
