"""Random histories of a voice session and what went wrong in them, each of which its seed makes again."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec

from functions.aws.gateway.callbacks import Posted
from functions.domain.log.claims import voice_key
from functions.domain.refusals import Unavailable
from functions.domain.replies.prompt import Role
from functions.domain.voice.channels import EndAsked, Heard, OnChannel, PlayedUpTo, Probe, ReadyAsked, decode
from functions.domain.voice.manner import Manner
from functions.domain.voice.said import Broken, Failure, Interrupted
from functions.domain.voice.starts import payload_of
from tests.voice.checks import problems
from tests.voice.scene import Scene, frame
from tests.voice.virtual import now, played

LATEST_SECONDS: Final = 0.15
"""The longest that a frame takes, so that none is late: what is late is lost, whoever injected it."""


class Injected(msgspec.Struct):
    """What a history did to its session.

    Attributes
    ----------
    published
        The frames that were spoken.
    is_killed
        Whether an invocation was killed.
    kinds
        How often each kind of fault was injected.
    """

    published: set[int] = msgspec.field(default_factory=set)
    is_killed: bool = False
    kinds: Counter[str] = msgspec.field(default_factory=Counter)


class Outcome(msgspec.Struct, frozen=True):
    """What a history came to: all is well without problems."""

    seed: int
    problems: tuple[str, ...]
    kinds: dict[str, int]
    reason: str
    frames: int
    generations: int


class _History:
    def __init__(self, it: Scene, rng: random.Random) -> None:
        self.it = it
        self.rng = rng
        self.injected = Injected()
        self.may_lose = rng.choice((0.0, 0.0, 0.02, 0.1))
        self.may_double = rng.choice((0.0, 0.1, 0.5))
        self.may_garble = rng.choice((0.0, 0.2))
        self.connection = "c1"
        self.seq = 0

    @property
    def lost(self) -> set[int]:
        """The frames that nobody got who was subscribed."""
        delivered = {each.seq for each in map(decode, self.it.channels.delivered) if isinstance(each, Heard)}
        return self.injected.published - delivered

    def fate(self, message: OnChannel) -> list[float]:
        rng = self.rng
        if isinstance(message, Heard):
            if rng.random() < self.may_lose:
                self.injected.kinds["lost frame"] += 1
                return []
            times = [rng.uniform(0.005, LATEST_SECONDS)]
        elif isinstance(message, EndAsked | Probe):
            return [0.01]  # a client that gets no answer asks again, which is another history
        elif rng.random() < self.may_garble:
            self.injected.kinds["lost message"] += 1
            return []
        else:
            times = [rng.uniform(0.005, 0.4)]
        if rng.random() < self.may_double:
            self.injected.kinds["doubled"] += 1
            times.append(rng.uniform(0.005, 0.5))
        return times

    async def speak(self, frames: int) -> None:
        interval = self.rng.choice((0.02, 0.1, 0.1, 0.1, 1.0))
        for _ in range(frames):
            self.injected.published.add(self.seq)
            self.it.say(Heard(self.connection, self.seq, frame(self.seq)))
            self.seq += 1
            await asyncio.sleep(interval)

    async def be_cut(self) -> None:
        """Lose the connection, and come back by another, in time or not."""
        self.injected.kinds["cut"] += 1
        self.it.callbacks.gone.add(self.connection)
        self.it.callbacks.outcomes[self.connection] = Posted.GONE
        await asyncio.sleep(self.rng.choice((0.3, 3.0, 7.0, 20.0)))
        self.connection = f"c{int(self.connection[1:]) + 1}"
        self.it.join(self.connection)

    async def meet(self) -> None:
        """Meet one of the faults that do not touch the frames."""
        it, rng = self.it, self.rng
        unavailable: list[BaseException | None] = [Unavailable("503")] * rng.randint(1, 3)
        streams = it.engine.streams
        faults: dict[str, Callable[[], object]] = {
            "log away": lambda: it.log.before.extend(unavailable[:2]),
            "answer of the log lost": lambda: it.log.after.append(Unavailable("timeout")),
            "claims away": lambda: it.claims.before.extend(unavailable),
            "answer of claims lost": lambda: it.claims.after.extend(unavailable),
            "hold given up": lambda: it.log.held.pop(voice_key("chat-1"), None),
            "subscribers away": lambda: it.subscribers.read_faults.append(Unavailable("503")),
            "post failed": lambda: it.callbacks.post_faults.append(Unavailable("timeout")),
            "busy": lambda: it.callbacks.outcomes.update(c9=Posted.BUSY),
            "asked again": lambda: it.say(ReadyAsked(self.connection, "start-1")),
            "doubled start": lambda: it.invoke(
                payload_of(msgspec.structs.replace(it.start, asking=self.connection, asked_at=now()))
            ),
            "a turn": lambda: streams[-1].say_turn(rng.choice(list(Role)), f"words {rng.random()}"),
            "barge-in": lambda: streams[-1].say(Interrupted()),
            "played": lambda: it.say(PlayedUpTo(self.connection, rng.randint(0, 5), rng.randint(0, 5_000))),
            "invocation refused": lambda: it.invoke_faults.append(Unavailable("503")),
        }
        kind = rng.choice(list(faults))
        self.injected.kinds[kind] += 1
        faults[kind]()

    def cut_channel(self) -> None:
        """End the subscription: what is spoken until the next is lost."""
        if self.it.manner.handover_seconds > 60:  # else two would lose what each of them has to hear
            self.injected.kinds["channel cut"] += 1
            self.it.channels.cut()

    async def end(self) -> None:
        """End it in one way or another."""
        it, rng = self.it, self.rng
        way = rng.choice(("hang up", "hang up", "hang up", "leave", "kill", "kill", "break"))
        self.injected.kinds[way] += 1
        alive = [run for run in it.runs if run.task is not None and not run.task.done()]
        if way == "kill" and alive:
            self.injected.is_killed = True
            del it.log.before[2:]  # Lambda tries three times to have it ended
            it.kill(rng.choice(alive))
            await asyncio.sleep(rng.choice((0.0, 5.0)))
        if way == "break":
            it.engine.streams[-1].say(Broken(Failure.UNAVAILABLE))
        if way != "leave":
            it.hang_up(self.seq - 1, self.connection)


async def _played(seed: int) -> Outcome:
    rng = random.Random(seed)  # noqa: S311 - to be repeated
    it = Scene(Manner(grace_seconds=10, handover_seconds=rng.choice((5, 8, 780))))
    history = _History(it, rng)
    it.channels.fate = history.fate
    it.join("c9")
    it.invoke()
    if rng.random() < 0.2:
        history.injected.kinds["doubled start"] += 1
        it.invoke()
    await it.ready()
    for _ in range(rng.randint(2, 6)):
        await history.speak(rng.randint(1, 60))
        await history.meet()
        if rng.random() < 0.2:
            await history.be_cut()
        if rng.random() < 0.1:
            history.cut_channel()
    await history.end()
    await it.over()
    await asyncio.sleep(5)
    end = it.ends[0] if it.ends else None
    return Outcome(
        seed,
        tuple(problems(it, history.lost, is_killed=history.injected.is_killed)),
        dict(history.injected.kinds),
        "" if end is None else end.reason,
        history.seq,
        len(it.engine.streams),
    )


def play(seed: int) -> Outcome:
    """Play the history of a seed."""
    return played(_played(seed))
