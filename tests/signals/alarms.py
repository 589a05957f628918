"""Which alarms a function's lines fire, by the filters and the alarms that the program makes."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Final

from pythonjsonlogger.json import JsonFormatter

from functions.aws.logs import logger
from tests.infra.program import alarmed
from tests.signals.patterns import matches

LEAST_LEVEL: Final = logging.WARNING
"""The highest level that a stack with alarms may choose: fewer lines than these are never written."""

_PREFIX: Final = "airium-websocket-"


@contextmanager
def written(level: int | str = LEAST_LEVEL) -> Iterator[list[str]]:
    """Collect the lines that are written at a level, as JSON: fields at the top, as Lambda has them too."""
    stream, lines = StringIO(), list[str]()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{"))
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        lines += stream.getvalue().splitlines()


def fired(function: str, lines: Iterable[str]) -> set[str]:
    """Return the alarms that fire when a function, such as ``message``, has written these lines."""
    evaluation, seen = alarmed("prod"), list(lines)
    counted = {
        each.inputs["metricTransformation"]["name"]
        for each in evaluation.of_type("cloudwatch/logMetricFilter:LogMetricFilter")
        if each.inputs["logGroupName"] == f"/aws/lambda/{_PREFIX}{function}"
        and any(matches(each.inputs["pattern"], line) for line in seen)
    }
    alarms = [each.inputs for each in evaluation.of_type("cloudwatch/metricAlarm:MetricAlarm")]
    return {each["name"].removeprefix(_PREFIX) for each in alarms if each.get("metricName") in counted}
