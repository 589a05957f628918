"""What the functions in the embedded AWS have logged: read piece by piece, chosen by an id, shown as text."""

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from infra.naming import PREFIX
from local.stackfile import STACK

_EMULATORS_OWN: Final = ("START RequestId", "END RequestId", "REPORT RequestId")
_OVERLAP_MILLISECONDS: Final = 10_000
"""How long an invocation's lines may take to be there: they have the time at which their writing began."""
_MOST: Final = 10_000
"""Lines of one answer: there may be more, and the emulator does not say so."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a function.

    Attributes
    ----------
    at
        When its invocation ended, epoch milliseconds: the emulator writes all lines of an invocation then.
    function
        Its name without what all names of the stack have in common.
    invocation
        The log stream, of which every invocation has its own.
    text
        As it was written, perhaps by a client: not to be trusted.
    """

    at: int
    function: str
    invocation: str
    text: str


class FunctionLogs:
    """The lines that come from one reading to the next.

    Parameters
    ----------
    logs
        The client of CloudWatch Logs.
    now
        Tells the time in epoch milliseconds.
    since
        What is older is not read; epoch milliseconds.
    """

    def __init__(self, logs: Any, now: Callable[[], int], since: int = 0) -> None:
        self._logs = logs
        self._now = now
        self._since = since
        self._recent: dict[str, int] = {}

    def news(self) -> list[Line]:
        """Return the lines since the last reading, by time; all lines of an invocation come together."""
        began = self._now()
        read = [line for group in self._groups() for line in self._read(group)]
        lines = [line for line in read if line.invocation not in self._recent]
        self._since = max(self._since, began - _OVERLAP_MILLISECONDS)
        # what cannot be read again need not be known
        self._recent = {line.invocation: line.at for line in read if line.at >= self._since}
        return sorted(lines, key=lambda line: line.at)

    def _groups(self) -> list[str]:
        """Return the groups as they are now: a deployment may bring another function."""
        pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/lambda/")
        return [group["logGroupName"] for page in pages for group in page["logGroups"]]

    def _read(self, group: str) -> Iterator[Line]:
        function = group.rsplit("/", 1)[-1].removeprefix(f"{PREFIX}-").removesuffix(f"-{STACK}")
        since = self._since
        while True:
            lines = self._logs.filter_log_events(logGroupName=group, startTime=since)["events"]
            last = lines[-1]["timestamp"] if len(lines) == _MOST and lines[-1]["timestamp"] > since else None
            for each in lines:
                if each["timestamp"] != last:
                    yield Line(each["timestamp"], function, each["logStreamName"], each["message"])
            if last is None:
                return
            since = last


def of_invocations(lines: Collection[Line], wanted: str) -> list[Line]:
    """Return the lines of the invocations that have an id in one of them: a traceback has none itself."""
    invocations = {line.invocation for line in lines if wanted in line.text}
    return [line for line in lines if line.invocation in invocations]


def shown(lines: Iterable[Line]) -> Iterator[str]:
    """Yield how lines look, without those that the emulator adds to each invocation.

    A structured line shows its level, its message and its fields, such as ``INFO frame route=$default``; a
    traceback in it follows line by line.
    """
    for line in lines:
        if not line.text.startswith(_EMULATORS_OWN):
            first, *more = _structured(line.text) or line.text.splitlines() or [""]
            yield f"{clock(line.at)}  {line.function}: {first}"
            yield from (f"    {each}" for each in more)


def _structured(text: str) -> list[str] | None:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not {"levelname", "message"} <= fields.keys():
        return None
    level, message, traceback = (fields.pop(name, "") for name in ("levelname", "message", "exc_info"))
    words = [str(level), str(message)]
    words += [f"{name}={_value(value)}" for name, value in fields.items() if value is not None]
    return [" ".join(words), *str(traceback).splitlines()]


def _value(value: Any) -> str:
    if isinstance(value, str) and value and not any(map(str.isspace, value)):
        return value
    return json.dumps(value, ensure_ascii=False)


def clock(milliseconds: int) -> str:
    """Return the time of day in UTC, such as ``09:42:19.172``."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]


def now() -> int:
    """Return the time in epoch milliseconds."""
    return time.time_ns() // 1_000_000
