"""A voice session with all that is around it in memory: Lambda, the log, the channel, the engine, screens."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any, TypeVar

import msgspec

from functions.aws.gateway.callbacks import GoneError
from functions.aws.log.event_reads import Arrived
from functions.domain.feeds.feeds import Subscriber, subscriber_of
from functions.domain.log.claims import Reserve, Take, seats_key, speaking_key, spoken_key, voice_key
from functions.domain.log.events import Cause, event
from functions.domain.log.facts import VoiceSessionEnded, VoiceSessionStarted, VoiceTurnTranscribed
from functions.domain.log.ids import MINUTE, minute_of
from functions.domain.refusals import Unavailable
from functions.domain.replies.prompt import Utterance
from functions.domain.voice.channels import EndAsked, Heard, OnChannel, channel_of
from functions.domain.voice.holding import first_held_until
from functions.domain.voice.manner import Manner
from functions.domain.voice.starts import Start, parse, payload_of
from functions.operations.feeds.posting import Poster
from functions.operations.voice.failing import Failing
from functions.operations.voice.holding import Holding
from functions.operations.voice.means import Means
from tests.fakes import MemoryEvents, MemoryLog, MemoryLoneClaims, MemorySubscribers, RecordingCallbacks
from tests.voice.channels import MemoryChannels
from tests.voice.engines import FakeEngine
from tests.voice.virtual import now

_Result = TypeVar("_Result")
FRAME_BYTES = 3_200
"""100 ms at 16 kHz."""
LAMBDA_SECONDS = 900


def frame(seq: int) -> bytes:
    """Return the audio of a frame, which says its number; silence says none."""
    return (seq + 1).to_bytes(4, "little") * (FRAME_BYTES // 4)


def seq_of(audio: bytes) -> int | None:
    """Return the number that a frame's audio says, None of silence."""
    return int.from_bytes(audio[:4], "little") - 1 if any(audio[:4]) else None


class Callbacks(RecordingCallbacks):
    """Callbacks of connections, some of which are gone."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: set[str] = set()

    def last_active_at(self, connection_id: str) -> int:
        """Return when a connection was last seen: it always was, if it is there."""
        if connection_id in self.gone:
            raise GoneError(connection_id)
        return 0


class Run:
    """One invocation of the session's function."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.is_alive = True
        self.task: asyncio.Task[dict[str, Any]] | None = None


class Scene:
    """One session of one conversation; made within a running loop.

    Attributes
    ----------
    runs
        All invocations.
    delivered
        The turns that were told as messages.
    said_before
        What the conversation's history has.
    invoke_faults
        Faults to raise, one for each invocation that is asked for, first first.
    """

    def __init__(self, manner: Manner | None = None, *, echoes: bool = True) -> None:
        self.log = MemoryLog()
        self.claims = MemoryLoneClaims(self.log)
        self.subscribers = MemorySubscribers()
        self.callbacks = Callbacks()
        self.channels = MemoryChannels()
        self.engine = FakeEngine(echoes=echoes)
        self.manner = manner or Manner(grace_seconds=10, handover_seconds=780)
        self.runs: list[Run] = []
        self.delivered: list[Arrived] = []
        self.said_before: list[Utterance] = []
        self.invoke_faults: list[BaseException] = []
        self._numbers = count(1)
        at = now()
        self.cause = Cause("c1", "ada", "chat-1", at - 60_000, at // 1000 + 90 * 86_400, at, "request-1")
        self.started = event(self.cause, VoiceSessionStarted(16_000, "lpcm"))
        self.session = self.started.event_id
        self.channel = channel_of("chat-1", self.session)
        self.join("c1")
        held_until = first_held_until(at)
        minutes = (minute_of(at), minute_of(at) + MINUTE)
        self.log.append(
            self.started,
            (
                Take(voice_key("chat-1"), self.session, at // 1000, held_until),
                *(Reserve(speaking_key("ada", each), 1, 2, 2**40) for each in minutes),
                *(Reserve(seats_key(each), 1, 50, 2**40) for each in minutes),
                Reserve(spoken_key("ada", at - at % 86_400_000), held_until - at // 1000, 3_600, 2**40),
            ),
        )
        self.start = Start(self.session, self.cause, 16_000, held_until, at, client_id="start-1")

    def join(self, connection_id: str, user_id: str = "ada") -> Subscriber:
        """Subscribe a connection of the conversation."""
        cause = msgspec.structs.replace(self.cause, connection_id=connection_id, user_id=user_id)
        subscriber = subscriber_of(cause)
        self.subscribers.subscribe(subscriber)
        return subscriber

    def invoke(self, payload: bytes | None = None) -> Run:
        """Invoke the function, as Lambda does with an asynchronous invocation."""
        run = Run(payload or payload_of(self.start))
        run.task = asyncio.create_task(self._run(run))
        self.runs.append(run)
        return run

    def kill(self, run: Run) -> None:
        """End an invocation, wherever it is: nothing of it goes on."""
        run.is_alive = False
        assert run.task is not None
        run.task.cancel()

    async def _run(self, run: Run) -> dict[str, Any]:
        began = now()
        start = parse(json.loads(run.payload))
        holding = Holding(
            self._means(run), start, "request", lambda: LAMBDA_SECONDS * 1_000 - (now() - began)
        )
        try:
            async with asyncio.timeout(LAMBDA_SECONDS):
                return await holding.hold()
        except (Exception, asyncio.CancelledError) as fault:  # noqa: BLE001 - as Lambda does
            run.is_alive = False
            await asyncio.sleep(2)
            for seconds in (60, 120, 0):  # Lambda tries it again, after a minute and after two
                try:
                    self.fail(run)
                    break
                except Unavailable:
                    await asyncio.sleep(seconds)
            return {"reason": type(fault).__name__}

    def fail(self, run: Run) -> dict[str, Any]:
        """Tell the failure function of an invocation, as Lambda does."""
        poster = Poster(self.callbacks, self.subscribers, self.log, now, lambda _seconds: None)
        failing = Failing(self.log, MemoryEvents(self.log), self.claims, self.subscribers, poster, now)
        return failing.end({"requestPayload": json.loads(run.payload)}, "request-2")

    def _means(self, run: Run) -> Means:
        async def off_loop(call: Callable[[], _Result]) -> _Result:
            await asyncio.sleep(0.005)
            if not run.is_alive:
                raise asyncio.CancelledError
            return call()

        def invoke(payload: bytes) -> None:
            if self.invoke_faults:
                raise self.invoke_faults.pop(0)
            self.invoke(payload)

        return Means(
            log=self.log,
            events=MemoryEvents(self.log),
            claims=self.claims,
            subscribers=self.subscribers,
            poster=Poster(self.callbacks, self.subscribers, self.log, now, lambda _seconds: None),
            deliver=self.delivered.append,
            publish=self.channels.publish,
            subscribe=self.channels.subscribe,
            engine=self.engine,
            history=lambda _conversation, _user, most, _now: self.said_before[:most],
            invoke=invoke,
            manner=self.manner,
            now=now,
            off_loop=off_loop,
            draw=lambda: f"drawn-{next(self._numbers)}",
        )

    def say(self, message: OnChannel) -> None:
        """Publish a message as `message` does; what is not taken is refused to the client."""
        try:
            self.channels.say(self.channel, message)
        except Unavailable:
            return

    async def speak(self, seqs: range, connection_id: str = "c1", seconds: float = 0.1) -> None:
        """Speak frames, one after the other."""
        for seq in seqs:
            self.say(Heard(connection_id, seq, frame(seq)))
            await asyncio.sleep(seconds)

    def hang_up(self, last_seq: int, connection_id: str = "c1") -> None:
        """Ask for the end."""
        self.say(EndAsked(connection_id, last_seq, "end-1"))

    async def until(self, is_so: Callable[[], object], seconds: float = 60) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(seconds):
            while not is_so():  # noqa: ASYNC110 - whatever it is, it tells nobody
                await asyncio.sleep(0.02)

    async def ready(self) -> None:
        """Wait until the engine listens."""
        await self.until(lambda: self.posted("voice_ready"))

    async def over(self, seconds: float = 300) -> None:
        """Wait until no invocation goes on."""
        await self.until(lambda: all(run.task is not None and run.task.done() for run in self.runs), seconds)

    def posted(self, kind: str, connection_id: str | None = None) -> list[dict[str, Any]]:
        """Return the frames of a type that were posted, to one connection or to all."""
        frames = [(to, json.loads(sent)) for to, sent in self.callbacks.posts]
        return [each for to, each in frames if each["type"] == kind and connection_id in (None, to)]

    @property
    def heard(self) -> list[int | None]:
        """The numbers of the frames that engines heard; None of silence."""
        return [seq_of(audio) for audio in self.engine.heard]

    @property
    def ends(self) -> list[VoiceSessionEnded]:
        """How the session ended, as the log has it."""
        return [fact for fact in self.log.facts if isinstance(fact, VoiceSessionEnded)]

    @property
    def turns(self) -> list[tuple[str, str]]:
        """What was kept of turns."""
        facts = [fact for fact in self.log.facts if isinstance(fact, VoiceTurnTranscribed)]
        return [(fact.role, fact.text) for fact in facts]

    @property
    def is_free(self) -> bool:
        """Whether another session may be started in the conversation by now."""
        held = self.log.held.get(voice_key("chat-1"))
        return held is None or held[1] <= now() // 1000

    @property
    def still_reserved(self) -> dict[str, int]:
        """What is still set aside for seats from now on."""
        seats = {key: amount for key, amount in self.log.reserved.items() if not key.startswith("spoken#")}
        return {
            key: amount
            for key, amount in seats.items()
            if int(key.split("#")[-1]) >= minute_of(now()) // 1000
        }


def scene(play: Callable[[Scene], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Play a scene to its end in virtual time."""
    from tests.voice.virtual import played

    async def whole() -> None:
        await play(Scene(**options))

    played(whole())
