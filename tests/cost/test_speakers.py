"""A hostile speaker's minute costs what the table of docs/security.md says, and no more."""

import json
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.accounting import spending
from functions.aws.voice.voice_claims import VoiceClaims
from functions.domain.frames.pace import FRAMES_BURST, FRAMES_PER_SECOND
from functions.domain.frames.voice_frames import VoiceEndedData
from functions.domain.limits import Limits, Speaking
from functions.domain.log.ids import lowest
from functions.domain.voice.attention import Hold
from functions.domain.voice.speech import FRAMES_PER_ACTIVITY
from functions.operations.frames.speech import Speech
from tests.docs.markdown import ROOT
from tests.gateway_events import CONNECTED_AT, message, voice_data
from tests.replies.scene import Answered
from tests.routes import message as handler

LIMITS: Final = Limits(voice_sessions=6, spoken=Speaking(sessions_per_user=6))
SECONDS: Final = 60
A_SECOND: Final = 200
"""Frames that the client sends in each: far beyond the pace of speech."""
MINUTE: Final = CONNECTED_AT - CONNECTED_AT % 60_000 + 60_000
SESSION: Final = lowest(CONNECTED_AT)


@dataclass
class Spent:
    """What a minute came to, of everything that the function had done."""

    invocations: int = 0
    reads: int = 0
    publishes: int = 0
    starts: int = 0
    posts: int = 0
    write_units: int = 0


class Speaker:
    """A client that sends all that it can, on one connection, to one execution environment."""

    def __init__(self, *, is_open: bool) -> None:
        self.scene = Answered()
        self.spent = Spent()
        self._claims = VoiceClaims(self.scene.client, self.scene.tables.claims)
        self._is_open = is_open
        self._speech = Speech(self, self._publish, self._invoke, lambda *_: True)

    def hold(self, conversation: str, at: int) -> Hold:
        self.spent.reads += 1
        self._claims.hold(conversation, at)
        return Hold(SESSION, at // 1000 + 60) if self._is_open else Hold()

    def ended(self, conversation: str, voice_session_id: str, at: int) -> VoiceEndedData | None:
        self.spent.reads += 1
        return self._claims.ended(conversation, voice_session_id, at)

    def sends(self, event: dict[str, Any], at: int) -> None:
        event["requestContext"].update(requestTimeEpoch=at, requestId=f"r-{self.spent.invocations}")
        before = len(self.scene.callbacks.posts)
        with spending(self.scene.client) as spent:
            handler(event, None, self.scene.log, self.scene.callbacks, LIMITS, speech=self._speech)
        self.spent.invocations += 1
        self.spent.posts += len(self.scene.callbacks.posts) - before
        self.spent.write_units += spent.write_units

    def _publish(self, *_: object) -> None:
        self.spent.publishes += 1

    def _invoke(self, *_: object) -> None:
        self.spent.starts += 1


def said_of(session: str, number: int) -> dict[str, Any]:
    """Return one of the frames of a voice session: a flood under one number, and everything else."""
    data: dict[str, Any] = {"voiceSessionId": session}
    frames: list[dict[str, Any]] = [
        voice_data(session, FRAMES_PER_ACTIVITY),
        message({"type": "voice_played", "data": {**data, "turn": 1, "ms": 1}}, route="voice_played"),
        message({"type": "voice_listen", "data": data}, route="voice_listen"),
        message({"type": "voice_end", "data": {**data, "lastSeq": -1}}, route="voice_end"),
    ]
    return frames[number % len(frames)]


def minute_of(speaker: Speaker, *, invents: bool) -> Spent:
    """Have a client send whatever it can for a minute, all of it of one voice session, or each of another."""
    for number in range(SECONDS * A_SECOND):
        at = MINUTE + number * 1_000 // A_SECOND
        session = lowest(at - number % 50) if invents else SESSION
        speaker.sends(said_of(session, number), at)
    return speaker.spent


def row_of(what: str) -> list[int]:
    """Return the numbers of a row of the table."""
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {what} |")]
    return [int(cell.replace(",", "")) for cell in line.split("|")[2:-1]]


def test_who_floods_an_open_voice_session_is_passed_on_at_the_pace_of_speech() -> None:
    spent = minute_of(Speaker(is_open=True), invents=False)

    reads, publishes, posts, units = row_of("a flood in an open voice session")
    assert (spent.reads, spent.publishes) == (SECONDS, FRAMES_BURST + FRAMES_PER_SECOND * SECONDS - 1)
    assert spent.reads <= reads
    assert 0.99 * publishes < spent.publishes <= publishes
    assert spent.posts == posts == SECONDS
    assert spent.write_units == units
    assert spent.starts == 0


def test_who_invents_voice_sessions_gains_nothing() -> None:
    spent = minute_of(Speaker(is_open=False), invents=True)

    reads, publishes, posts, units = row_of("voice sessions that are invented")
    assert spent.publishes == publishes == 0
    assert spent.reads == reads == 3 * SECONDS
    assert spent.posts == posts
    assert spent.write_units == units
    assert spent.starts == 0


def test_who_starts_as_often_as_may_be_is_counted() -> None:
    speaker = Speaker(is_open=False)
    for number in range(LIMITS.voice_sessions + 3):
        start = message({"type": "voice_start", "id": f"v-{number}"}, connectionId=f"c-{number}")
        start["requestContext"]["authorizer"]["sessionId"] = f"s-{number}"
        speaker.sends(start, MINUTE + number)

    _, _, _, units = row_of("voice sessions that are started")
    assert speaker.spent.starts == LIMITS.voice_sessions
    assert len([*speaker.scene.log.items("c-0")]) == 1
    refused = [19] * 3  # their transactions failed, and are charged; a record of it besides
    assert speaker.spent.write_units == units + sum(refused)


def test_the_figures_of_the_table_are_of_the_usual_limits() -> None:
    assert LIMITS.voice_sessions == Limits().voice_sessions
    assert json.dumps(row_of("a flood in an open voice session")[:2]) == json.dumps(
        [SECONDS, FRAMES_BURST + FRAMES_PER_SECOND * SECONDS]
    )
