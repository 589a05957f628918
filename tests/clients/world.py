"""One client, its server, and a network in which everything happens that can, by a seed."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from local.chat.actions import Action
from local.chat.conversation import Conversation, FeedName
from local.chat.resumes import REPAIR_MS
from tests.clients.screen import Screen, units
from tests.clients.server import Server, whole

MOST_AHEAD: Final = 4
REPLY: Final = "A reply 😀 of some words"
_STEPS: Final = 60


class Recorder:
    """A client, and what happened to it as a script for another one.

    Attributes
    ----------
    steps, did
        What happened, and what it did each time.
    """

    def __init__(self, client: Conversation) -> None:
        self._client = client
        self.steps: list[list[Any]] = []
        self.did: list[list[Action]] = []

    def opened(self, now: int) -> list[Action]:
        return self._note([now, "opened"], self._client.opened(now))

    def closed(self, now: int) -> None:
        self._client.closed()
        self._note([now, "closed"], [])

    def wake(self, now: int) -> list[Action]:
        return self._note([now, "wake"], self._client.wake(now))

    def received(self, text: str, now: int) -> list[Action]:
        return self._note([now, "received", text], self._client.received(text, now))

    def say(self, text: str, now: int) -> list[Action]:
        return self._note([now, "say", text], self._client.say(text, now))

    def older(self, feed: FeedName, now: int) -> list[Action]:
        return self._note([now, "older", feed], self._client.older(feed, now))

    def _note(self, step: list[Any], did: list[Action]) -> list[Action]:
        self.steps.append(step)
        self.did.append(did)
        return did

    @property
    def due_at(self) -> int | None:
        return self._client.due_at

    @property
    def unacknowledged(self) -> list[str]:
        return self._client.unacknowledged

    @property
    def waiting(self) -> int:
        return max(feed.waiting for feed in self._client.feeds.values())


class World:
    """What may happen, each by chance; whatever it is, the laws hold."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - the same for the same seed
        self.server = Server()
        self.server.numbers_at_once = False
        self.screen = Screen()
        self.client = Recorder(Conversation("p", most_ahead=MOST_AHEAD))
        self.now = 1_000
        self.taken = 0
        self.said: list[str] = []
        self.questions: list[str] = []
        self.spoken: dict[str, tuple[int, int]] = {}

    def play(self) -> None:
        """Let things happen, and then nothing that goes wrong any more: in the end all is shown."""
        happenings: list[tuple[int, Callable[[], None]]] = [
            (6, self.open),
            (2, self.cut),
            (14, self.serve),
            (14, self.arrive),
            (5, self.overtake),
            (4, self.double),
            (4, self.lose),
            (4, self.wait),
            (5, self.say),
            (6, self.number),
            (5, self.another_says),
            (8, self.speak),
            (3, self.finish),
            (2, self.look_back),
            (1, self.expire),
        ]
        weights = [weight for weight, _ in happenings]
        for happens in self.chance.choices([each for _, each in happenings], weights, k=_STEPS):
            happens()
            self.judge()
        self.until_quiet()
        self.judge()
        self.judge_the_end()

    # --- The network -------------------------------------------------------------------------
    def open(self) -> None:
        if not self.server.is_open:
            self.server.is_open = True
            self.screen.wants_another = False
            self.taken = len(self.screen.sent)
            self.screen.do(self.client.opened(self.now))
            assert self.screen.sent[self.taken]["type"] == "resume"

    def cut(self) -> None:
        self.server.is_open = False
        self.server.net.clear()
        self.client.closed(self.now)

    def arrive(self) -> None:
        for _ in range(self.chance.randint(1, 8)):
            if self.server.net:
                self._receive(self.server.net.pop(0))

    def overtake(self) -> None:
        if self.server.net:
            self._receive(self.server.net.pop(self._any()))

    def double(self) -> None:
        if self.server.net:
            self._receive(self.server.net[self._any()])

    def lose(self) -> None:
        if self.server.net:
            self.server.net.pop(self._any())

    def _any(self) -> int:
        return self.chance.randrange(len(self.server.net))

    def _receive(self, frame: str) -> None:
        self.screen.do(self.client.received(frame, self.now))

    def wait(self) -> None:
        while self.server.unnumbered:  # nobody waits for a number for longer than its client does
            self.number()
        self.now += 1_000 * self.chance.choice([1, 3, 11, 300, 1_000])
        self.screen.do(self.client.wake(self.now))

    def serve(self) -> None:
        for _ in range(self.chance.randint(1, 5)):
            self._serve_one()

    def _serve_one(self) -> None:
        if self.server.is_open and self.taken < len(self.screen.sent):
            self.server.take(self.screen.sent[self.taken])
            self.taken += 1

    # --- What is said ------------------------------------------------------------------------
    def say(self) -> None:
        text = self.chance.choice(["one", "in|three|parts", "😀"])
        self.said.append(text)
        self.screen.do(self.client.say(text, self.now))

    def number(self) -> None:
        if self.server.unnumbered:
            self.server.number(self.chance.choice([*self.server.unnumbered]))

    def another_says(self) -> None:
        feed = self.chance.choice(["session", "user"])
        for _ in range(self.chance.randint(1, 7)):
            text = self.chance.choice(["x", "y|z", "a|b|c|d|e"])
            if self.chance.random() < 0.3:
                role = self.chance.choice(["user", "assistant"])
                self.server.say(feed, kind="spoken", text=text, role=role, voiceSessionId="v1")
            else:
                self.questions.append(self.server.say(feed, text=text))

    def speak(self) -> None:
        if not self.questions:
            return
        question = self.chance.choice(self.questions[-2:])
        attempt, done = self.spoken.get(question, (1, 0))
        if self.chance.random() < 0.1:
            attempt, done = attempt + 1, 0
        start = self.chance.choice([0, done, done, done])
        end = min(len(REPLY), done + self.chance.randint(1, 8))
        self.spoken[question] = (attempt, end)
        if start < end:
            self.server.delta(question, attempt, units(REPLY[:start]), REPLY[start:end])

    def finish(self) -> None:
        if self.questions:
            question = self.questions.pop()
            self.server.say("session", kind="reply", messageId=question, attempt=1, text=REPLY)

    def look_back(self) -> None:
        self.screen.do(self.client.older("session", self.now))

    def expire(self) -> None:
        if not self.server.is_open:
            self.server.expire()
            self.questions.clear()

    # --- The laws ----------------------------------------------------------------------------
    def judge(self) -> None:
        """Judge what is shown at this moment."""
        for name, shown in self.screen.feeds.items():
            numbers = [each["seq"] for each in shown]
            assert numbers == [*range(numbers[0], numbers[0] + len(numbers))] if numbers else True, name
            ids = [each["id"] for each in shown]
            assert len(set(ids)) == len(ids)
        assert all(REPLY.startswith(text) for text in self.screen.drafts.values())
        acknowledged = [id_ for id_, _ in self.screen.acknowledged]
        assert len(set(acknowledged)) == len(acknowledged)
        assert self.client.waiting <= MOST_AHEAD

    def judge_the_end(self) -> None:
        """Judge what is shown once nothing is under way."""
        for name, feed in self.server.feeds.items():
            shown = self.screen.feeds[name]
            assert shown == [whole(each) for each in feed[len(feed) - len(shown) :]]
            assert bool(shown) == bool(feed)
        assert len(self.screen.acknowledged) == len(self.said)
        assert self.client.unacknowledged == []
        order = [int(id_.removeprefix("pt")) for id_, _ in self.screen.acknowledged]
        assert order == sorted(order)
        own = {message_id: int(id_.removeprefix("pt")) for id_, message_id in self.server.texts.items()}
        numbered = [own[each["id"]] for each in self.server.feeds["session"] if each["id"] in own]
        assert numbered == sorted(numbered)
        replied = {each.get("messageId") for each in self.screen.feeds["session"]}
        assert not replied & self.screen.drafts.keys()

    def until_quiet(self) -> None:
        """Let everything arrive, and time pass, until each feed was asked for once more as a repair."""
        enough = self.now + 2 * REPAIR_MS
        for _ in range(1_000):
            if self.screen.wants_another:
                self.cut()
            self.open()
            while self.server.is_open and self.taken < len(self.screen.sent):
                self._serve_one()
            while self.server.unnumbered:
                self.number()
            while self.server.net:
                self._receive(self.server.net.pop(0))
            if self.taken == len(self.screen.sent):
                due = self.client.due_at
                if due is None or due > enough:
                    return
                self.now = max(self.now, due)
                self.screen.do(self.client.wake(self.now))
        raise AssertionError(f"it asks for ever: {json.dumps(self.screen.sent[-5:])}")
