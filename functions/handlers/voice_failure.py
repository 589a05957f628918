"""Is told of voice sessions whose function has failed, and ends them: what fails here is tried again."""

from collections.abc import Callable
from typing import Any, Final

from functions.aws import environment
from functions.aws.feeds import environment as of_feeds
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.log.event_log import EventLog
from functions.aws.log.event_reads import EventReads
from functions.aws.log.lone_claims import LoneClaims
from functions.aws.voice import environment as of_voice
from functions.names import EVENTS_TABLE
from functions.operations.feeds.posting import Poster
from functions.operations.voice.failing import Failing

_LOG: Final = environment.event_log()
_EVENTS: Final = EventReads(environment.dynamodb(), environment.required(EVENTS_TABLE))
_CLAIMS: Final = of_voice.claims()
_SUBSCRIBERS: Final = of_feeds.subscribers()
_CALLBACKS: Final = environment.callbacks_in_time()


def handler(
    event: dict[str, Any],
    context: Any,
    log: EventLog = _LOG,
    events: EventReads = _EVENTS,
    claims: LoneClaims = _CLAIMS,
    subscribers: Subscribers = _SUBSCRIBERS,
    callbacks: Callbacks = _CALLBACKS,
    now: Callable[[], int] = environment.now,
) -> dict[str, Any]:
    """End the session of an invocation that has failed."""
    poster = Poster(callbacks, subscribers, log, now)
    return Failing(log, events, claims, subscribers, poster, now).end(event, context.aws_request_id)
