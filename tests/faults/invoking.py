"""Invokes functions as Lambda does: what crashes has no answer, and some invocations are repeated."""

import json
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, Final

from tests.faults.engine import CrashError
from tests.faults.gateway import Line
from tests.faults.ground import Ground
from tests.faults.kinds import Fault

REMAINING_MILLISECONDS: Final = 60_000


class DiedError(Exception):
    """An invocation ended without an answer: the function crashed."""


class Invoking(Ground):
    """A world whose functions can be invoked."""

    def _invoke(self, function: Callable[[], Any], *, repeatable: bool = True) -> Any:
        """Invoke a function, as Lambda does: what crashes has no answer. Perhaps it is invoked twice.

        One that is repeatable answers the same again, whatever else happens.
        """
        injected = self.faults.injected.total()
        answer: Any = None
        try:
            answer = self._once(function)
            return answer
        finally:
            if self.faults.happens(Fault.REPEATED):
                with suppress(Exception):  # nobody waits for this answer
                    again = self._once(function)
                    undisturbed = self.faults.injected.total() == injected + 1
                    if repeatable and undisturbed and _timeless(again) != _timeless(answer):
                        self.untrue.append(f"the same invocation again: {again} and not {answer}")

    def _once(self, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except CrashError:
            self.died += 1
            raise DiedError from None

    def _lambda(self) -> Any:
        return SimpleNamespace(
            aws_request_id=f"i{self.number()}",
            get_remaining_time_in_millis=lambda: REMAINING_MILLISECONDS,
        )

    def _context(self, line: Line, at: int) -> dict[str, Any]:
        return {
            "connectionId": line.id,
            "requestId": f"r{self.number()}",
            "requestTimeEpoch": at,
            "authorizer": line.identity,
        }


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of a route without the time at which it was sent."""
    if "body" not in answer:
        return answer
    return {**answer, "body": {**json.loads(answer["body"]), "timestamp": None}}
