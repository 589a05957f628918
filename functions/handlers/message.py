"""Takes what clients send: ``$default``, which answers every frame, and the one-way routes of speech."""

from typing import TYPE_CHECKING, Any, Final

from functions.aws import environment
from functions.aws.feeds import environment as of_feeds
from functions.aws.gateway.callbacks import Callbacks
from functions.aws.gateway.requests import read
from functions.aws.log.event_log import EventLog
from functions.domain.limits import Limits
from functions.operations.feeds.announcing import announcing, repeating
from functions.operations.frames.recording import Announce, Repeat, recording
from functions.operations.frames.serving import broken, serve

if TYPE_CHECKING:
    from functions.operations.frames.speech import Speech


def _speech() -> "Speech":
    from functions.aws.voice import entrance  # noqa: PLC0415 - not where nobody can speak
    from functions.operations.frames.speech import Speech, invoking  # noqa: PLC0415

    return Speech(
        entrance.claims(),
        entrance.events().publish,
        invoking(entrance.invoker()),
        entrance.may_be_told_again,
    )


_LOG: Final = environment.event_log_in_time()
_CALLBACKS: Final = environment.callbacks()
_RETENTION: Final = environment.retention_seconds()
_LIMITS: Final = environment.limits()
_ANNOUNCE: Final = announcing(of_feeds.invoker())
_REPEAT: Final = repeating(of_feeds.repetitions, _ANNOUNCE)
_SPEECH: Final = None if _LIMITS.spoken is None else _speech()


def handler(
    event: dict[str, Any],
    _context: object,
    log: EventLog = _LOG,
    callbacks: Callbacks = _CALLBACKS,
    limits: Limits = _LIMITS,
    announce: Announce = _ANNOUNCE,
    repeat: Repeat = _REPEAT,
    speech: "Speech | None" = _SPEECH,
) -> dict[str, Any]:
    """Answer a frame of a client; see `serve`."""
    now = environment.now()
    try:
        act = recording(log, announce, limits, repeat, speech)
        return serve(read(event, _RETENTION, environment.trace_id()), log, callbacks, now, act)
    except Exception:  # noqa: BLE001 - the outermost guard: every frame gets an answer
        return broken(event, callbacks, now)
