"""A person to forget: what they did, beside somebody else, and what is left of them where."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from functions.aws.attributes import Item
from functions.aws.feeds.stores import FeedStores, feed_stores
from functions.domain.feeds.feeds import Subscriber, feed_of
from functions.domain.feeds.numbering import Unnumbered
from functions.domain.frames.allowances import DAY, reserves, start
from functions.domain.limits import Allowance
from functions.domain.log.claims import (
    Claim,
    Count,
    Reserve,
    Take,
    ended_key,
    session_key,
    spoken_key,
    texts_key,
    voice_key,
)
from functions.domain.log.events import Cause, Event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionClosed,
    ConnectionOpened,
    ConnectionStatusSet,
    MessageRejected,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
    VoiceTurnTranscribed,
)
from functions.domain.log.ids import minute_of
from ops.connections.manager import ConnectionManager
from ops.deployment import Deployment
from ops.erasure.archive import Archive
from ops.erasure.forgetting import Forgotten, forget
from ops.erasure.planning import plan
from ops.erasure.tables import Clock
from ops.read_models.verify import verify
from tests.gateway_events import EXPIRES_AT
from tests.stage import NOW, Stage, happened

PERSON: Final = "user-ada"
SESSION: Final = "talk-of-ada"
ADDRESS: Final = "203.0.113.77"
AGENT: Final = "browser of ada"
WORDS: Final = "what ada said"
TRACES: Final = (PERSON, SESSION, ADDRESS, AGENT, WORDS)
"""Whatever tells of the person: none of it may be left."""


def did(connection: str, fact: Any, after: int = 0, **changes: Any) -> Event:
    """Return an event of the person, in their session."""
    return happened(connection, fact, after, **{"user_id": PERSON, "session_id": SESSION, **changes})


OPENED: Final = did("c1", ConnectionOpened(ADDRESS, AGENT, EXPIRES_AT))
TEXT: Final = did("c1", TextMessageReceived(WORDS), 1_000)
UNANSWERED: Final = did("c1", TextMessageReceived(WORDS), 5_200)
STARTED: Final = did("c1", VoiceSessionStarted(16_000, "lpcm", "ada"), 2_000)
SPOKEN: Final = (
    OPENED,
    TEXT,
    did("c1", ReplyCompleted(TEXT.event_id, f"You said {WORDS}", "end"), 1_500),
    STARTED,
    did("c1", ActivityRecorded(STARTED.event_id, 600), 3_000),
    did("c1", VoiceTurnTranscribed(STARTED.event_id, "user", WORDS), 3_500),
    did("c1", VoiceSessionEnded(STARTED.event_id, 900, 2, "client"), 4_000),
    did("c1", MessageRejected("too_large"), 5_000),
    UNANSWERED,
    did("c1", ReplyFailed(UNANSWERED.event_id, f"no answer to {WORDS}"), 5_500),
    did("c1", ConnectionStatusSet("CONNECTED", f"service of {PERSON}", WORDS), 6_000),
    did("c1", ConnectionClosed(1001, f"bye from {AGENT}"), 7_000),
)
ALONE: Final = (
    did("c2", ConnectionOpened(ADDRESS, AGENT), session_id=None),
    did("c2", TextMessageReceived(WORDS), 1_000, session_id=None),
)
OTHERS: Final = (
    happened("o1", ConnectionOpened("198.51.100.1", "curl"), user_id="bob", session_id="talk-of-bob"),
    happened("o1", TextMessageReceived("what bob said"), 1_000, user_id="bob", session_id="talk-of-bob"),
)
EVERYTHING: Final = (*SPOKEN, *ALONE, *OTHERS)


class Manager(ConnectionManager):
    """A connection manager that ends nothing, and keeps what it was asked.

    Attributes
    ----------
    asked
        The requests.
    answer
        What each of them gets.
    then
        What happens while it is asked.
    """

    def __init__(self, then: Callable[[], object] = lambda: None) -> None:
        super().__init__(None, "manager")
        self.asked: list[dict[str, Any]] = []
        self.answer = {"disconnected": 1, "gone": 0, "failed": 0}
        self.then = then

    def pages(self, operation: str, cursor: str | None = None, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Yield one page."""
        assert cursor is None
        self.asked.append({"operation": operation, **arguments})
        self.then()
        yield self.answer


@dataclass
class Scene:
    """A stage on which somebody is forgotten.

    Attributes
    ----------
    stage, deployment
        The tables, and what the command works with: its requests are not the stage's.
    manager, archive
        What it asks.
    now
        Epoch milliseconds.
    slept
        How long it waited, each time, in seconds; and what happens meanwhile.
    """

    stage: Stage
    deployment: Deployment
    manager: Manager = field(default_factory=Manager)
    archive: Archive | None = None
    now: int = NOW
    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def begin(self, *events: Event) -> None:
        """Let events happen, with the claims of the person's session, texts and speech."""
        minute = minute_of(TEXT.at)
        claims: tuple[Claim, ...] = (
            Take(session_key(SESSION), PERSON, NOW // 1000, EXPIRES_AT),
            Count(texts_key(PERSON, minute), 60, NOW // 1000 + 3_600),
            *reserves(WORDS, Cause("c1", PERSON, SESSION, 0, 0, TEXT.at, ""), Allowance(2, 10_000, 1_000)),
        )
        if STARTED in events:
            claims += self._held_by_speech()
        first, *others = events
        self.stage.log.append(first, claims)
        self.stage.append(*others)
        self.stage.project(*events)
        for each in events:
            self.tell(each)

    def _held_by_speech(self) -> tuple[Claim, ...]:
        """Return what a voice session holds, and what it leaves when it ends."""
        return (
            Take(voice_key(SESSION), STARTED.event_id, NOW // 1000, EXPIRES_AT),
            Take(ended_key(SESSION, STARTED.event_id), "{}", NOW // 1000, EXPIRES_AT),
            Reserve(spoken_key(PERSON, start(STARTED.at, DAY)), 120, 3_600, EXPIRES_AT),
        )

    @property
    def feeds(self) -> FeedStores:
        """The feeds."""
        tables = self.stage.tables
        return feed_stores(self.stage.client, feeds=tables.feeds, events=tables.events, now=lambda: self.now)

    def tell(self, each: Event) -> None:
        """Tell screens of an event, as the functions do."""
        if isinstance(each.fact, ConnectionOpened):
            who = (each.connection_id, each.user_id, each.session_id, each.connected_at, each.expires_at)
            self.feeds.subscribers.subscribe(Subscriber(*who))
        feed = feed_of(each)
        if feed is not None:
            unnumbered = Unnumbered(each.connection_id, each.event_id, each.at, each.expires_at)
            seq = self.feeds.pointers.number(feed, unnumbered)
            [upto] = self.feeds.pointers.from_seq(feed, seq, 1)
            self.feeds.acknowledgements.acknowledge(feed, each.user_id, upto, self.now)

    def forget(self, user_id: str = PERSON) -> Forgotten:
        """Forget somebody."""
        planned = plan(self.deployment, self.archive, user_id, self.now)
        clock = Clock(lambda: self.now / 1000, self._sleep)
        return forget(self.deployment, self.manager, self.archive, planned, "olga", clock=clock)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.meanwhile()

    def log(self) -> dict[tuple[str, str], Item]:
        """Return the items of the log, by their keys."""
        items = self.stage.items(self.stage.tables.events)
        return {(item["connection_id"]["S"], item["event_id"]["S"]): item for item in items}

    def left(self) -> list[str]:
        """Return what is left of the person in any table, but for the log lines of no table."""
        tables = self.stage.tables
        everything = {table: json.dumps(self.stage.items(table)) for table in vars(tables).values()}
        return [
            f"{trace} in {table}" for table, text in everything.items() for trace in TRACES if trace in text
        ]

    def differences(self) -> tuple[Any, ...]:
        """Return where the read models differ from the log."""
        return verify(self.deployment, at_rest=True, now=lambda: self.now / 1000).differences
