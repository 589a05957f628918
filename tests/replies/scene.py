"""The responder over tables of its own: a script answers, or whoever a test says."""

import json
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from types import SimpleNamespace
from typing import Any, Final

from functions.aws.engines.answering import Answering
from functions.aws.engines.engine import Engine
from functions.aws.engines.script import Script
from functions.aws.gateway.callbacks import Posted
from functions.aws.replies.leases import Leases
from functions.domain.limits import Allowance, Limits
from functions.domain.log.events import Event
from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from functions.domain.replies.pieces import Ended, Piece, StopReason, TextPiece
from functions.domain.replies.prompt import Bounds, Prompt, Utterance
from functions.domain.replies.questions import question_of
from functions.handlers import message, responder
from functions.operations.replies.responding import History
from tests import gateway_events
from tests.fakes import OneByOne, RecordingCallbacks
from tests.feeds.scene import Scene

INVOCATION: Final = "request-1"
BESIDE: Final = 1_000
"""Tokens that a text reserves besides its own."""


class Said:
    """An engine that says what it is given, one list of pieces for each time that it is asked."""

    model = "said"

    def __init__(self, *replies: Sequence[Piece | Exception | Callable[[], object]]) -> None:
        self.asked: list[tuple[Prompt, int]] = []
        self._replies = list(replies)

    def reply(self, prompt: Prompt, asked: int, /) -> Generator[Piece]:
        """Say the next reply; what is no piece is raised, or called in its place."""
        self.asked.append((prompt, asked))
        for each in self._replies.pop(0):
            if isinstance(each, Exception):
                raise each
            if callable(each):
                each()
            else:
                yield each


_WHOLE: Final = Ended(StopReason.END_TURN)


def saying(*words: str, end: Piece = _WHOLE) -> list[Piece]:
    """Return the pieces of a reply."""
    return [*map(TextPiece, words), end]


class ActingCallbacks(RecordingCallbacks):
    """Callbacks that go nowhere, and do something once a frame of a type was posted.

    Attributes
    ----------
    acts
        What is done after the next frame of a type.
    becomes
        What becomes of the next frames of a type, one after the other.
    """

    def __init__(self) -> None:
        super().__init__()
        self.acts: dict[str, Callable[[], object]] = {}
        self.becomes: dict[str, list[Posted | Exception]] = {}

    def post(self, connection_id: str, frame: bytes) -> Posted:
        """Record a frame, and act."""
        kind = json.loads(frame)["type"]
        posted = super().post(connection_id, frame)
        if act := self.acts.pop(kind, None):
            act()
        if waiting := self.becomes.get(kind):
            became = waiting.pop(0)
            if isinstance(became, Exception):
                raise became
            return became
        return posted


class Answered(Scene):
    """One conversation of alice's, whose texts the responder is invoked for.

    Attributes
    ----------
    engine
        What answers.
    newest
        What reads what was said before, if not ``history`` is to be told.
    slept
        How long was waited, in seconds. That passes on the clock.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        super().__init__()
        self.engine: Engine = engine or Script(lambda _seconds: None)
        self.system: str | None = None
        self.bounds = Bounds()
        self.history: list[Utterance] = []
        self.newest: History | None = None
        self.leases = Leases(self.client, self.tables.claims)
        self.remaining = 120_000
        self.slept: list[float] = []
        self.at_sleep: Callable[[], object] = lambda: None
        self.callbacks: ActingCallbacks = ActingCallbacks()

    def ask(self, text: str, **who: Any) -> Event:
        """Append a text that nobody answers yet."""
        return self.append(text, **who)

    def answer(
        self, said: Event, client_id: str | None = None, invocation: str = INVOCATION, **also: Any
    ) -> dict[str, Any]:
        """Invoke the responder for a text."""
        asked = {"connectionId": said.connection_id, "eventId": said.event_id, "clientId": client_id}
        context = SimpleNamespace(aws_request_id="i-1", get_remaining_time_in_millis=lambda: self.remaining)
        return responder.handler(
            {**asked, "invocation": invocation, **also},
            context,
            self.stores,
            self.log,
            self.callbacks,
            self.callbacks,
            self.leases,
            Answering(self.engine, self.system, self.bounds),
            self.newest or (lambda _conversation, _user, most, _now: self.history[:most]),
            lambda: self.now,
            OneByOne,
            self._sleep,
            lambda: 1.0,
            beside=BESIDE,
        )

    def say_to(self, text: str, allowance: Allowance, connection_id: str = "c-1") -> dict[str, Any]:
        """Have a client send a text that nobody answers yet, and return what it is told."""
        self.now += 1_000
        at: dict[str, Any] = {"requestTimeEpoch": self.now, "requestId": f"r-{self.now}"}
        body = {"type": "text_message", "data": {"text": text}}
        frame = gateway_events.message(body, connectionId=connection_id, **at)
        limits = Limits(allowance=allowance)
        answer = message.handler(frame, None, self.log, self.callbacks, limits, lambda *_: None)
        told: dict[str, Any] = json.loads(answer["body"])
        return told

    def said(self, told: dict[str, Any], connection_id: str = "c-1") -> Event:
        """Return the text that a client was told is in the log."""
        key = (connection_id, told["data"]["messageId"])
        return self.stores.events.get([key], self.now)[key].event

    def reserved(self) -> dict[str, int]:
        """Return what is reserved of each kind, over all users and times."""
        sums: Counter[str] = Counter()
        found = self.client.scan(TableName=self.tables.claims, ConsistentRead=True)["Items"]
        for item in found:
            if "reserved" in item:
                sums[item["claim"]["S"].partition("#")[0]] += int(item["reserved"]["N"])
        return dict(sums)

    def outcomes(self, said: Event) -> list[ReplyCompleted | ReplyFailed]:
        """Return what the log says became of a text."""
        question = question_of(said)
        assert question is not None
        found = self.stores.events.get([question.outcome_key], self.now)
        return [each.event.fact for each in found.values()]  # type: ignore[misc]  # an outcome's

    def messages(self, connection_id: str = "c-1") -> list[dict[str, Any]]:
        """Return the numbered messages that a connection was told since the last time."""
        return [frame["data"] for frame in self.told(connection_id) if frame["type"] == "message"]

    def pass_(self, milliseconds: int) -> None:
        """Let time pass."""
        self.now += milliseconds

    def at_post(self, kind: str, act: Callable[[], object]) -> None:
        """Do something once, when the first frame of a kind has been posted."""
        self.callbacks.acts[kind] = act

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += round(seconds * 1_000)
        self.at_sleep()
