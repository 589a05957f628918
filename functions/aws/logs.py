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


def warn(message: str, unavailable: Unavailable, **fields: object) -> None:
    """Write a line of what could not be done in time: with what failed, and whose doing that is."""
    logger.warning(message, extra={**fields, "problem": unavailable.problem, FAULT: unavailable.fault})


def level_of(fault: Fault | None) -> int:
    """Return the level of a refusal's line: alarms count those of our own faults, so they are warnings."""
    return logging.WARNING if fault is Fault.SERVER else logging.INFO
