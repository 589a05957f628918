"""Speech in a world: who takes its frames, and a function that holds voice sessions as far as their ends."""

from collections.abc import Sequence
from typing import Final

import msgspec

from functions.aws.log.event_log import ClaimRefusedError
from functions.aws.voice.voice_claims import VoiceClaims
from functions.domain.frames.voice_frames import VoiceEnded
from functions.domain.log.claims import Claim
from functions.domain.log.events import Event
from functions.domain.log.facts import VoiceSessionEnded
from functions.domain.refusals import Unavailable
from functions.domain.voice.channels import EndAsked, channel_of, decode
from functions.domain.voice.endings import Reason, Totals, ended, ended_data, kept, release
from functions.domain.voice.holding import given_back
from functions.domain.voice.starts import Start
from functions.operations.frames.speech import Speech
from tests.faults.invoking import DiedError
from tests.faults.kinds import Fault
from tests.faults.replying import Replying

_ATTEMPTS: Final = 3
"""Of the function, until its session is left without an end."""


class Talking(Replying):
    """A world in which people speak. What is said of a session is heard at once, or it is lost."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._held: dict[str, Start] = {}
        self._heard: list[tuple[Start, EndAsked]] = []
        claims = VoiceClaims(self._client, self.tables.claims)
        self.speech = Speech(claims, self._publish, self._hold, self._repetitions.may_be_told)

    def _hold(self, start: Start) -> None:
        if self.faults.happens(Fault.UNANNOUNCED):
            problem = "503 of Invoke"
            raise Unavailable(problem)
        channel = channel_of(start.conversation, start.voice_session_id)
        first = self._held.setdefault(channel, start)
        told = (start.cause.connection_id, start.cause.connected_at, start.held_until)
        if told != (first.cause.connection_id, first.cause.connected_at, first.held_until):
            self.untrue.append(f"a function is asked to hold {start} and not {first}")

    def _publish(self, channel: str, events: Sequence[bytes]) -> None:
        if self.faults.happens(Fault.UNANNOUNCED):
            problem = "503 of Publish"
            raise Unavailable(problem)
        for said in map(decode, events):
            if isinstance(said, EndAsked) and channel in self._held:
                self._heard.append((self._held[channel], said))

    def end_sessions(self) -> None:
        """End the voice sessions whose clients have asked for it."""
        while self._heard:
            start, said = self._heard.pop(0)
            for _ in range(_ATTEMPTS):
                if self._end(start, said):
                    break

    def _end(self, start: Start, said: EndAsked) -> bool:
        at = self.pass_time()
        event = ended(start, Reason.CLIENT, Totals(said.last_seq + 1), at)
        fact = event.fact
        assert isinstance(fact, VoiceSessionEnded)
        others: tuple[Claim, ...] = (kept(start, fact, at // 1000), *given_back(start, start.held_until, at))
        try:
            self._invoke(lambda: self._append(event, (release(start), *others), others), repeatable=False)
        except (DiedError, Unavailable):
            return False
        line = self.gateway.lines.get(said.connection_id)
        frame = VoiceEnded(id=said.client_id, data=ended_data(fact))
        self.ledger.answered(event.connection_id, msgspec.to_builtins(frame), None)
        if line and line.open:
            self.gateway.bring(line, msgspec.json.encode(frame))
        return True

    def _append(self, event: Event, claims: tuple[Claim, ...], without: tuple[Claim, ...]) -> None:
        try:
            self.log.append(event, claims)
        except ClaimRefusedError:
            self.log.append(event, without)
