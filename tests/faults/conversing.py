"""The functions of the feeds in a world: what the gateway, other functions and the schedule ask of them."""

import json
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec

from functions.domain.feeds.deliveries import Deliver, payload_of
from functions.domain.refusals import Unavailable
from functions.handlers import deliverer, feed
from functions.operations.feeds.working import Pace
from tests import gateway_events
from tests.fakes import OneByOne
from tests.faults.gateway import Line
from tests.faults.invoking import DiedError, Invoking
from tests.faults.kinds import Fault
from tests.faults.resumes import Before, untrue


def _is_cancelled(told: bytes) -> bool:
    """Tell whether a frame says that a text is cancelled, and was not answered before."""
    frame = json.loads(told)
    return frame["type"] == "text_cancelled" and len(frame["data"]) == 1


class Conversing(Invoking):
    """A world in which the feeds are told and asked for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._running: set[str] = set()

    def ask(self, line: Line, frame: dict[str, Any]) -> None:
        """Send a frame of the feeds; what is answered comes to the line, as all that is posted does."""
        if not line.open:
            return
        at = self.pass_time()
        line.last_active_at = at
        line.sent.add(frame["id"])
        event = gateway_events.message(frame, route=frame["type"], **self._context(line, at))
        before = Before(
            self.calm, self.tables.feeds, line, self.now, len(self.gateway.told), self._answered()
        )
        try:
            answer = self._invoke(lambda: self._feed(event), repeatable=False)
        except DiedError:
            return  # the gateway says that it is broken, under no id
        told = [data for to, data in self.gateway.told[before.told :] if to == line.id]
        if "body" in answer:
            told.append(answer["body"].encode())
            self.gateway.bring(line, told[-1])
        if frame["type"] == "text_cancel" and any(_is_cancelled(each) for each in told):
            self.cancelled.setdefault(frame["data"]["messageId"], self.now)
        if frame["type"] == "resume":
            self.untrue += untrue(before, frame, told, self.feed_limits.window_seconds)

    def _answered(self) -> frozenset[str]:
        return frozenset()

    def _announce(self, asked: Deliver) -> None:
        """Take an asynchronous invocation, unless Lambda does not."""
        if self.faults.happens(Fault.UNANNOUNCED):
            problem = "503 of Invoke"
            raise Unavailable(problem)
        payload = msgspec.json.decode(payload_of(asked))
        (self.late if self.faults.happens(Fault.INVOKED_LATE) else self.announced).append(payload)

    def deliver(self) -> None:
        """Invoke the function that delivers with what was announced; what fails is tried twice more."""
        while self.announced:
            asked = self.announced.pop(0)
            if asked["invocation"] in self._running:  # the repetition of one that is not over begins later
                self.late.append(asked)
                continue
            self._running.add(asked["invocation"])
            for _ in range(3):
                with suppress(Exception):
                    self._invoke(partial(self._delivered, asked), repeatable=False)
                    break
            self._running.discard(asked["invocation"])
            if self.faults.happens(Fault.INVOKED_AGAIN):
                self.late.append(asked)

    def deliver_late(self) -> None:
        """Invoke it with what was announced some time ago, in another order."""
        late, self.late[:] = list(self.late), []
        self.random.shuffle(late)
        for asked in late:
            self.announced.append(asked)
            self.deliver()

    def _delivered(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._feed(asked)

    def _feed(self, event: dict[str, Any]) -> dict[str, Any]:
        return feed.handler(
            event,
            self._lambda(),
            stores=self.stores,
            log=self.log,
            callbacks=self.callbacks,
            counts=self.counts,
            limits=self.feed_limits,
            now=self.feeds_clock,
            threads=OneByOne,
            pause=lambda _seconds: self.turns.pause(),
            deferring=self.deferring,
        )

    def work_off(self) -> None:
        """Give some of what waits in the delivery queue to its worker; what is not done waits again."""
        jobs = self.jobs.given_out()
        if not jobs:
            return
        records = [{"messageId": id_, "body": body} for id_, body in jobs.items()]
        left = set(jobs)
        with suppress(Exception):  # whatever it fails with, the queue gives all of them out again
            answer = self._invoke(lambda: self._worked_off(records), repeatable=False)
            left = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        again = {id_ for id_ in jobs if id_ in left or self.faults.happens(Fault.QUEUED_AGAIN)}
        self.jobs.taken_back({id_: jobs[id_] for id_ in jobs if id_ in again})

    def _worked_off(self, records: list[dict[str, Any]]) -> dict[str, Any]:
        return deliverer.handler(
            {"Records": records},
            self._lambda(),
            stores=self.stores,
            log=self.log,
            callbacks=self.callbacks,
            deferring=self.deferring,
            pace=Pace(0),
            now=self.feeds_clock,
            pause=lambda _seconds: self.turns.pause(),
        )
