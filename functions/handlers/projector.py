"""Projects what the log's stream delivers, and reports the first record that could not be projected."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from functions.aws import environment
from functions.aws.events_api.environment import live_events, live_seconds
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.read_model import ReadModel
from functions.operations.projection.batches import project_batch
from functions.operations.projection.projecting import Pause, back_off

if TYPE_CHECKING:
    from functions.operations.live.telling import Telling


def _telling() -> "Telling | None":
    """Return what tells of changes as they happen, where the program wants that; else it costs no import."""
    events = live_events()
    if events is None:
        return None
    from functions.operations.live.telling import Telling  # noqa: PLC0415 - only where somebody is told

    return Telling(events.publish, live_seconds())


_LOG: Final = environment.event_log()
_MODEL: Final = environment.read_model()
_TELLING: Final = _telling()


def handler(
    event: dict[str, Any],
    _context: object,
    log: EventLog = _LOG,
    model: ReadModel = _MODEL,
    now: Callable[[], int] = environment.now,
    pause: Pause = back_off,
    telling: "Telling | None" = _TELLING,
) -> dict[str, Any]:
    """Project a batch of stream records; see `project_batch`."""
    return project_batch(event["Records"], model, log, now(), pause, now, telling)
