"""What a function's lines make of the metrics, and which alarms they fire, as the program has it."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, Final, NamedTuple

from pythonjsonlogger.json import JsonFormatter

from functions.aws.logs import logger
from tests.infra.program import signalling
from tests.signals.patterns import matches, selected

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


class Published(NamedTuple):
    """What a line adds to a metric, and by what it is told apart."""

    metric: str
    value: float
    by: str | None = None


def counting(function: str) -> list[dict[str, Any]]:
    """Return the filters over the lines of a function, such as ``message``."""
    return [
        each.inputs
        for each in signalling("prod").of_type("cloudwatch/logMetricFilter:LogMetricFilter")
        if each.inputs["logGroupName"] == f"/aws/lambda/{_PREFIX}{function}"
    ]


def published(function: str, lines: Iterable[str]) -> list[Published]:
    """Return what a function's lines publish, in their order."""
    filters = counting(function)
    return [
        _publish(each["metricTransformation"], line)
        for line in lines
        for each in filters
        if matches(each["pattern"], line)
    ]


def _publish(transformation: dict[str, Any], line: str) -> Published:
    value, name = transformation["value"], transformation["name"].removeprefix(_PREFIX)
    number = 1 if value == "1" else selected(value, line)
    (by,) = transformation.get("dimensions", {}).values() or (None,)
    return Published(name, number, by and selected(by, line))


def fired(function: str, lines: Iterable[str]) -> set[str]:
    """Return the alarms on one count that fire when a function has written these lines, however few."""
    counted = {_PREFIX + each.metric for each in published(function, lines)}
    alarms = [each.inputs for each in signalling("prod").of_type("cloudwatch/metricAlarm:MetricAlarm")]
    return {each["name"].removeprefix(_PREFIX) for each in alarms if each.get("metricName") in counted}
