"""Whose turn it is, what is shown of it while it lasts, and what is kept of it: counted over the session."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from functions.domain.frames.voice_frames import (
    MAX_SPOKEN_BYTES,
    VoiceAudio,
    VoiceAudioData,
    VoiceInterrupted,
    VoiceInterruptedData,
    VoicePush,
    VoiceTranscript,
    VoiceTranscriptData,
)
from functions.domain.log.events import Event, event
from functions.domain.log.facts import VoiceTurnTranscribed
from functions.domain.replies.prompt import Role
from functions.domain.voice.heard import Playing, joined
from functions.domain.voice.said import Interrupted, Said, Spoke, Transcribed, TurnEnded
from functions.domain.voice.spoken_turn import SpokenTurn
from functions.domain.voice.starts import Start

PLAYED_MILLISECONDS: Final = 1_000
"""How long a client has to say how far it played a turn that was broken into."""
MAX_TURN_CHARACTERS: Final = 6_000
"""Of a turn, so that its transcript fits a frame; what is said beyond is the next turn."""


class Kept(msgspec.Struct, frozen=True):
    """What one side said in a turn, to be kept; its number, and when it began, epoch milliseconds."""

    turn: int
    role: Role
    text: str
    began_at: int


class Turns:
    """The turns of a session as its engine gives them.

    Parameters
    ----------
    voice_session_id
        Goes into each frame.
    sample_rate
        Of the assistant's audio, in Hz.
    turn, seq
        The numbers of the next turn, of either side, and of the assistant's next piece of audio.

    Attributes
    ----------
    earlier
        What clients play of the generation before, or did before it was stopped.
    """

    def __init__(self, voice_session_id: str, sample_rate: int, turn: int = 0, seq: int = 0) -> None:
        self._session = voice_session_id
        self._sample_rate = sample_rate
        self._open: dict[Role, SpokenTurn] = {}
        self._broken: list[tuple[int, SpokenTurn]] = []
        self._last: SpokenTurn | None = None
        self._began_at = 0
        self.earlier: Playing | None = None
        self.turn = turn
        self.seq = seq

    def say(self, said: Said, now: int) -> list[VoicePush | Kept]:
        """Return what is posted and kept of what an engine says; ``now`` in epoch milliseconds."""
        match said:
            case Spoke(audio=audio):
                return list(self._spoke(audio, now))
            case Transcribed(role=Role.USER, text=text) if text.strip():
                # the engine does not know of it, and does not say that it is broken into
                return [*self._stop_earlier(now), *self._transcribed(said, now)]
            case Transcribed():
                return self._transcribed(said, now)
            case TurnEnded(role=role):
                return self._end(role)
            case Interrupted():
                return [*self._stop_earlier(now), *self._interrupted(now)]
            case _:
                return []

    def played(self, turn: int, milliseconds: int) -> list[VoicePush | Kept]:
        """Take note how much of a turn somebody played; what was broken into is kept as far as that."""
        found = self._open.get(Role.ASSISTANT)
        if found is not None and found.number == turn:
            found.told_ms = milliseconds
        told = [each for each in self._broken if each[1].number == turn]
        for _, each in told:
            each.told_ms = milliseconds
        return self._settle(told)

    def due(self, now: int) -> list[VoicePush | Kept]:
        """Return what is kept by now of turns that were broken into, where nobody says how far they came."""
        return self._settle([each for each in self._broken if now - each[0] >= PLAYED_MILLISECONDS])

    def end(self, now: int, *, is_heard_out: bool) -> list[VoicePush | Kept]:
        """Return what is kept of open turns at the end: the assistant's whole, or as far as it was heard."""
        if not is_heard_out and (turn := self._open.pop(Role.ASSISTANT, None)):
            self._broken.append((now, turn))
        return [each for role in Role for each in self._end(role)]

    def playing(self, now: int) -> Playing | None:
        """Return what clients play last of all that was posted, or have played; None if there was nothing."""
        if self._last is None or self._last.playback.ends_at < self.ends_at():
            return self.earlier
        from_seq = self._last.playback.first_unplayed(now, self.seq)
        return Playing(self._last.number, from_seq, round(self.ends_at()))

    def ends_at(self) -> float:
        """Return when all audio that was posted is played or was stopped, epoch milliseconds."""
        own = 0 if self._last is None else self._last.playback.ends_at
        return max(own, 0 if self.earlier is None else self.earlier.until)

    def _turn(self, role: Role, now: int) -> SpokenTurn:
        turn = self._open.get(role)
        if turn is None:
            # what began later sorts later
            self._began_at = max(now, self._began_at + 1)
            turn = SpokenTurn(self.turn, role, self._began_at, self._sample_rate)
            self._open[role] = turn
            self.turn += 1
        return turn

    def _spoke(self, audio: bytes, now: int) -> Iterator[VoicePush]:
        turn = self._last = self._turn(Role.ASSISTANT, now)
        for begin in range(0, len(audio), MAX_SPOKEN_BYTES):
            piece = audio[begin : begin + MAX_SPOKEN_BYTES]
            turn.playback.post(self.seq, piece, now)
            yield VoiceAudio(data=VoiceAudioData(self._session, turn.number, self.seq, piece))
            self.seq += 1

    def _transcribed(self, said: Transcribed, now: int) -> list[VoicePush | Kept]:
        text = said.text[:MAX_TURN_CHARACTERS]
        if not text.strip():
            return []
        earlier: list[VoicePush | Kept] = []
        if len(self._turn(said.role, now).text) + len(text) > MAX_TURN_CHARACTERS:
            earlier = self._end(said.role)
        turn = self._turn(said.role, now)
        shown = joined((turn.text, text))
        if said.final:
            turn.add(text)
        return [*earlier, self._transcript(turn, shown, final=False)]

    def _end(self, role: Role) -> list[VoicePush | Kept]:
        before = self._settle(list(self._broken))
        turn = self._open.pop(role, None)
        return before if turn is None else [*before, *self._keep(turn, turn.text)]

    def _interrupted(self, now: int) -> list[VoicePush | Kept]:
        turn = self._open.pop(Role.ASSISTANT, None)
        if turn is not None:
            self._broken.append((now, turn))
        elif self._last is not None and self._last.playback.ends_at > now:
            turn = self._last  # the engine was done with it, and the client is not
        if turn is None:
            return []
        self._last = None
        return [self._stop(turn.number, turn.playback.first_unplayed(now, self.seq), now)]

    def _stop_earlier(self, now: int) -> list[VoicePush]:
        if self.earlier is None or self.earlier.until <= now:
            return []
        return [self._stop(self.earlier.turn, self.earlier.from_seq, now)]

    def _stop(self, turn: int, from_seq: int, now: int) -> VoiceInterrupted:
        self.earlier = Playing(turn, from_seq, until=now)
        return VoiceInterrupted(data=VoiceInterruptedData(self._session, turn, from_seq))

    def _settle(self, broken: Iterable[tuple[int, SpokenTurn]]) -> list[VoicePush | Kept]:
        kept: list[VoicePush | Kept] = []
        for each in broken:
            self._broken.remove(each)
            kept += self._keep(each[1], each[1].heard(each[0]))
        return kept

    def _keep(self, turn: SpokenTurn, text: str) -> list[VoicePush | Kept]:
        if not text:
            return []
        kept = Kept(turn.number, turn.role, text, turn.began_at)
        return [self._transcript(turn, text, final=True), kept]

    def _transcript(self, turn: SpokenTurn, text: str, *, final: bool) -> VoiceTranscript:
        data = VoiceTranscriptData(self._session, turn.number, turn.role.value, text, final)
        return VoiceTranscript(data=data)


def transcribed(start: Start, kept: Kept) -> Event:
    """Return the event of a turn: one for each number of the session's turns."""
    session = start.voice_session_id
    cause = msgspec.structs.replace(start.cause, at=kept.began_at)
    fact = VoiceTurnTranscribed(session, kept.role.value, kept.text)
    return event(cause, fact, key=f"{session}#{kept.turn}")
