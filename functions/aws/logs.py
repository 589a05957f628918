"""One structured line for each invocation.

Lambda's runtime installs a JSON handler of its own, which writes ``extra`` as fields; the embedded AWS and
the command line have none, so they get the same lines from the library.
"""

import logging
import os
import sys
from typing import Final

from functions.domain.refusals import Fault, Unavailable
from functions.names import FAULT, LOG_LEVEL

logger: Final = logging.getLogger("airium")
logger.setLevel(os.environ.get(LOG_LEVEL, "INFO"))

if "AWS_LAMBDA_RUNTIME_API" not in os.environ and not logging.getLogger().handlers:
    from pythonjsonlogger.json import JsonFormatter

    _handler = logging.StreamHandler(sys.stdout)
    _handler.setFormatter(JsonFormatter("{levelname}{message}", style="{"))
    logger.addHandler(_handler)


def write_line(message: str, *, level: int | None = None, **fields: object) -> None:
    """Write the line of a request, with the ids that find it and what became of it as fields.

    Where ``fault`` is the server's the line is a warning, since alarms count those; any other is for
    information. A given level stands.
    """
    if level is None:
        level = logging.WARNING if fields.get(FAULT) is Fault.SERVER else logging.INFO
    logger.log(level, message, extra=fields)


def warn(message: str, unavailable: Unavailable, **fields: object) -> None:
    """Write a line of what could not be done in time: with what failed, and whose doing that is."""
    ours = {**fields, "problem": unavailable.problem, FAULT: unavailable.fault}
    write_line(message, level=logging.WARNING, **ours)
