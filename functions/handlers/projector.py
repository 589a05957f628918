"""Projects what the log's stream delivers, and reports the first record that could not be projected."""

from collections.abc import Callable
from typing import Any, Final

from functions.aws import environment
from functions.aws.log.event_log import EventLog
from functions.aws.read_models.read_model import ReadModel
from functions.operations.projection.batches import project_batch
from functions.operations.projection.projecting import Pause, back_off

_LOG: Final = environment.event_log()
_MODEL: Final = environment.read_model()


def handler(
    event: dict[str, Any],
    _context: object,
    log: EventLog = _LOG,
    model: ReadModel = _MODEL,
    now: Callable[[], int] = environment.now,
    pause: Pause = back_off,
) -> dict[str, Any]:
    """Project a batch of stream records; see `project_batch`."""
    return project_batch(event["Records"], model, log, now(), pause, now)
