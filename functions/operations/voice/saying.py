"""What the engine says in one generation of a session: shown, played and kept, by turns."""

from collections.abc import Iterable
from typing import Any, Final

from functions.aws.logs import write_line
from functions.domain.frames.voice_frames import (
    VoiceAudio,
    VoiceInterrupted,
    VoicePush,
    VoiceReady,
    VoiceReadyData,
)
from functions.domain.refusals import Fault
from functions.domain.voice.channels import Released
from functions.domain.voice.heard import Playing
from functions.domain.voice.said import Broken, Said, Used
from functions.domain.voice.starts import Start
from functions.domain.voice.turns import Kept, Turns
from functions.operations.voice.keeping import Keeping
from functions.operations.voice.means import Means
from functions.operations.voice.screens import Screens

_KEEP_SECONDS: Final = 10.0
"""For the turns that are open at the end to be appended."""


class Saying:
    """The turns of a session, from where the generation before has ended.

    Attributes
    ----------
    screens, keeping
        Who is told, and what is kept.
    is_broken
        Whether the engine's stream has ended by itself.
    """

    def __init__(self, means: Means, start: Start, sample_rate: int) -> None:
        self._means = means
        self._start = start
        self._sample_rate = sample_rate
        self._turns = Turns(start.voice_session_id, sample_rate)
        self._used = Used(0, 0)
        self.screens = Screens(means, start)
        self.keeping = Keeping(means, start)
        self.is_broken = False

    def adopt(self, before: Released) -> None:
        """Number on, and tell those who were told."""
        self._turns.turn, self._turns.seq = before.turn, before.out_seq
        self._turns.earlier = before.playing
        self.screens.listening.update(before.listening)
        if before.speaker is not None:
            self.screens.speaker = before.speaker

    @property
    def numbers(self) -> tuple[int, int]:
        """The numbers of the next piece of audio, and of the next turn."""
        return self._turns.seq, self._turns.turn

    @property
    def played_at(self) -> float:
        """When all audio that was posted is played, by the generations before too, epoch milliseconds."""
        return self._turns.ends_at()

    def playing(self, now: int) -> Playing | None:
        """Return what clients play last, or have played."""
        return self._turns.playing(now)

    def say(self, said: Said, now: int) -> None:
        """Take what the engine says."""
        match said:
            case Broken(failure=failure, detail=detail):
                self.is_broken = True
                ids: dict[str, Any] = {"voice_session_id": self._start.voice_session_id}
                ids |= {"model": self._means.engine.model, "fault": Fault.SERVER}
                write_line("speech_broken", **ids, reason=failure.value, problem=detail)
            case Used(input_tokens=told, output_tokens=answered):
                self._used = Used(self._used.input_tokens + told, self._used.output_tokens + answered)
            case _:
                self._post(self._turns.say(said, now))

    def played(self, turn: int, milliseconds: int) -> None:
        """Take note how much of a turn somebody played."""
        self._post(self._turns.played(turn, milliseconds))

    def tick(self, now: int) -> None:
        """Keep what is due."""
        self._post(self._turns.due(now))

    def tell_ready(self, connection_id: str, client_id: str | None) -> None:
        """Tell a connection that the engine listens."""
        data = VoiceReadyData(self._start.voice_session_id, self._sample_rate)
        self.screens.tell_one(connection_id, VoiceReady(id=client_id, data=data))

    async def end(self, *, is_heard_out: bool) -> None:
        """Keep what was said in the turns that are open, and wait until all is kept."""
        self._post(self._turns.end(self._means.now(), is_heard_out=is_heard_out))
        await self.keeping.flush(_KEEP_SECONDS)

    @property
    def figures(self) -> dict[str, int]:
        """What a line says of it."""
        return {
            "turns": self.keeping.kept,
            "unposted": self.screens.dropped,
            "input_tokens": self._used.input_tokens,
            "output_tokens": self._used.output_tokens,
        }

    def _post(self, outs: Iterable[VoicePush | Kept]) -> None:
        for out in outs:
            match out:
                case Kept():
                    self.keeping.keep(out)
                case VoiceAudio():
                    self.screens.play(out)
                case VoiceInterrupted(data=data):
                    self.screens.forget(data.turn)
                    self.screens.tell(out)
                case _:
                    self.screens.tell(out)
