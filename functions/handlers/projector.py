"""Projects what the log's stream delivers, and reports the first record that could not be projected."""

from typing import Any, Final

from functions.aws import environment
from functions.aws.event_log import EventLog
from functions.aws.read_model import ReadModel
from functions.operations.batches import project_batch

_LOG: Final = environment.event_log()
_MODEL: Final = environment.read_model()


def handler(
    event: dict[str, Any], _context: object, log: EventLog = _LOG, model: ReadModel = _MODEL
) -> dict[str, Any]:
    """Project a batch of stream records; see `project_batch`."""
    return project_batch(event["Records"], model, log, environment.now())
