"""Voice sessions in a world: the function of one keeps what was said, and ends it, wherever the client is.

It is told by what it leaves in the log and says to screens; how it hears and speaks is played elsewhere.
"""

from contextlib import suppress
from random import Random
from typing import Final, Literal

import msgspec

from functions.aws.log.event_items import decode
from functions.aws.log.event_reads import Arrived
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import VoiceSessionEnded, VoiceTurnTranscribed
from functions.domain.log.ids import time_of
from functions.domain.refusals import Unavailable
from functions.operations.feeds.feeds import Feeds
from tests.fakes import OneByOne
from tests.faults.invoking import DiedError
from tests.faults.problems import Item
from tests.faults.talking import Talking

_ATTEMPTS: Final = 3
_MOST_TURNS: Final = 4
_LONG: Final = "\N{GRINNING FACE}" * 9_000
_ROLES: Final[tuple[Literal["user", "assistant"], ...]] = ("user", "assistant")


class Speaking(Talking):
    """A world in which voice sessions outlive connections, and what is said in them is kept."""

    def voice_sessions(self) -> list[Event]:
        """Return the starts of the voice sessions that the log has and that no event has ended."""
        items: list[Item] = self.calm.scan(TableName=self.tables.events, ConsistentRead=True)["Items"]
        read = [decode(item) for item in items if "data" in item]
        ended = {each.fact.voice_session_id for each in read if isinstance(each.fact, VoiceSessionEnded)}
        return [
            each
            for each in read
            if each.type == "VoiceSessionStarted"
            and each.event_id not in ended
            and each.expires_at * 1_000 > self.now
        ]

    def say(self, started: Event, role: Literal["user", "assistant"], words: str) -> None:
        """Keep a turn, and tell every screen: tried again until it is known to be in the log."""
        fact = VoiceTurnTranscribed(started.event_id, role, words)
        turn = event(_cause(started, self.pass_time()), fact, key=f"{started.event_id}#{self.number()}")
        for _ in range(_ATTEMPTS):
            with suppress(Unavailable, DiedError):
                self._invoke(lambda: self._keep(turn), repeatable=False)
                self.ledger.spoken(turn.connection_id, turn.event_id, words)
                return

    def end(self, started: Event, reason: str) -> None:
        """End a voice session: under an id that follows from its own, whoever does, and however often."""
        session, at = started.event_id, self.pass_time()
        seconds = (at - time_of(session)) // 1_000
        fact = VoiceSessionEnded(session, 10 * seconds, seconds, reason, 0, 0)
        end = event(_cause(started, at), fact, key=session, key_at=time_of(session) + 1)
        for _ in range(_ATTEMPTS):
            with suppress(Unavailable, DiedError):
                self._invoke(lambda: self.log.append(end), repeatable=False)
                return

    def _keep(self, turn: Event) -> None:
        self.log.append(turn)
        feeds = Feeds(self.stores, self.log, self.callbacks, self.feeds_clock, OneByOne, self._rest)
        with suppress(Unavailable):  # it is in the log, so the sweeper will find it
            feeds.delivery.deliver(Arrived(turn, self.now))


class Speech:
    """What is said in the voice sessions of a world."""

    def __init__(self, world: Speaking) -> None:
        self._world = world
        self._random: Random = Random(world.seed)  # noqa: S311 - no secret, and it must repeat

    def act(self) -> None:
        """Let a voice session go on, if there is one: some turns, and then perhaps its end."""
        world, chance = self._world, self._random
        sessions = world.voice_sessions()
        if not sessions:
            return
        started = chance.choice(sessions)
        for _ in range(chance.randrange(_MOST_TURNS)):
            words = f"turn {world.number()} of {started.user_id}"
            if chance.random() < 0.1:
                words += _LONG  # more than a frame of the server's holds
            world.say(started, chance.choice(_ROLES), words)
        if chance.random() < 0.3:
            line = world.gateway.lines.get(started.connection_id)
            is_cut = line is not None and not line.open  # and they go on by another connection
            world.end(started, "client" if is_cut else chance.choice(("closed", "failed")))


def _cause(started: Event, at: int) -> Cause:
    """Return whose events these are: of the connection that started the session, wherever it is by now."""
    values = {name: getattr(started, name) for name in Cause.__struct_fields__ if hasattr(started, name)}
    return msgspec.convert({**values, "at": at, "id": "speech", "trace_id": None}, Cause)
