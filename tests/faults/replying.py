"""The responder in a world: invoked for texts, by whoever appends them, and by the schedule for the rest."""

from typing import Any, Final

from functions.aws.engines.answering import Answering
from functions.aws.feeds.stores import feed_stores
from functions.aws.log.repetitions import Repetitions
from functions.aws.read_models.conversations import Conversations
from functions.aws.replies.leases import Leases
from functions.domain.feeds.healing import Span
from functions.domain.feeds.numbering import CLOCKS_MILLISECONDS
from functions.domain.log.ids import MINUTE
from functions.domain.replies.prompt import Bounds
from functions.handlers import responder
from functions.operations.connections.invocation import Invocation
from functions.operations.feeds.announcing import repeating
from functions.operations.feeds.feeds import Feeds
from functions.operations.frames.recording import Repeat
from functions.operations.replies.concluding import Concluding
from functions.operations.replies.reminding import Answers, Reminding
from tests.fakes import OneByOne
from tests.faults.conversing import Conversing
from tests.faults.engines import Engine, said_before_it_is_heard
from tests.faults.invoking import REMAINING_MILLISECONDS

_LONGEST_STEP: Final = 300
"""Milliseconds that may pass between two looks at the clock while an engine speaks."""
_MOST_RUNS: Final = 10
_BETWEEN_RUNS: Final = 2 * MINUTE


class Replying(Conversing):
    """A world in which texts are answered, in most histories."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.is_answering = self.random.random() < 0.6
        self.engine = Engine(lambda: self.now)
        self._leases = Leases(self._client, self.tables.claims)
        self._history = Conversations(self._client, self.tables.messages)
        self._repetitions = Repetitions(self._client, self.tables.claims, self.feed_limits.resumes)

    @property
    def answers(self) -> Answers | None:
        """What the sweeper looks after texts with, None where no text is answered."""
        if not self.is_answering:
            return None
        return Answers(self._leases, self._announce, REMAINING_MILLISECONDS // 1_000)

    @property
    def repeat(self) -> Repeat:
        """What tells a reply again."""
        return repeating(lambda: self._repetitions if self.is_answering else None, self._announce)

    def _answered(self) -> frozenset[str]:
        found = self.calm.scan(
            TableName=self.tables.events,
            FilterExpression="begins_with(#type, :reply)",
            ExpressionAttributeNames={"#type": "type"},
            ExpressionAttributeValues={":reply": {"S": "Reply"}},
            ConsistentRead=True,
        )["Items"]
        return frozenset(item["data"]["M"]["message_id"]["S"] for item in found)

    def _delivered(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._respond(asked) if self.is_answering else super()._delivered(asked)

    def _respond(self, asked: dict[str, Any]) -> dict[str, Any]:
        return responder.handler(
            asked,
            self._lambda(),
            stores=self.stores,
            log=self.log,
            callbacks=self.callbacks,
            deltas=self.callbacks,
            leases=self._leases,
            answering=Answering(self.engine, None, Bounds()),
            history=self._history.newest,
            now=self._responders_clock,
            threads=OneByOne,
            sleep=self._rest,
            draw=self.random.random,
            deferring=self.deferring,
        )

    def _responders_clock(self) -> int:
        said_before_it_is_heard()
        self.now += self.random.randrange(_LONGEST_STEP)
        return self.feeds_clock()

    def _rest(self, seconds: float) -> None:
        self.now += round(seconds * 1_000)
        self.turns.pause()

    def heal(self) -> None:
        """Deliver what nobody delivered and have answered what nobody answered, as runs of the sweeper do."""
        was_calm, self.faults.calm = self.faults.calm, True
        self.gateway.busy.clear()
        tables = {"feeds": self.tables.feeds, "events": self.tables.events}
        stores = feed_stores(self.calm, **tables, now=self.feeds_clock)
        for _ in range(_MOST_RUNS):
            at = self.now
            self.healed_at.append(at)
            invocation = Invocation("heal", at, 0, lambda: REMAINING_MILLISECONDS)
            clock, deferring = self.feeds_clock, self.deferring
            feeds = Feeds(stores, self.log, self.callbacks, clock, OneByOne, self._rest, deferring)
            # the clock of whoever appended may be ahead
            healed = feeds.healing.heal(Span(self.began, at + CLOCKS_MILLISECONDS), invocation)
            if not (self.answers and healed.unanswered):
                break
            Reminding(Concluding(feeds, self._leases), self._announce).remind(healed.unanswered, invocation)
            self.deliver()
            self.now += _BETWEEN_RUNS
        while self.jobs.waiting:
            self.work_off()
        self.faults.calm = was_calm
        self.began = self.now - MINUTE
