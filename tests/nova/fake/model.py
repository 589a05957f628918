"""What the fake says: it echoes each utterance, sentence by sentence, with its words twice as the model does.

A piece of audio whose first three samples are the same number is a numbered one, and its number is its word.
"""

import asyncio
import json
from array import array
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from tests.nova.fake.automaton import Asked, Heard

OUTPUT_RATE: Final = 24_000
LOUD: Final = 300
PAUSE_SECONDS: Final = 0.5
"""How long a pause ends an utterance."""
SENTENCE_SECONDS: Final = 1.0
PIECE_SECONDS: Final = 0.1
SPEED: Final = 8
"""How much faster it speaks than it is played."""

Say = Callable[[dict[str, Any]], None]


def samples_of(audio: bytes) -> array[int]:
    """Return audio as its samples."""
    return array("h", audio)


def is_loud(audio: bytes) -> bool:
    """Tell whether somebody speaks."""
    return max(map(abs, samples_of(audio)), default=0) > LOUD


def resampled(audio: bytes, rate: int) -> bytes:
    """Return audio at the rate at which the fake speaks: the sample that is nearest in time."""
    samples = samples_of(audio)
    count = len(samples) * OUTPUT_RATE // rate
    return array("h", (samples[at * rate // OUTPUT_RATE] for at in range(count))).tobytes()


def words_of(pieces: Iterable[bytes]) -> str:
    """Return what was said in numbered pieces, or how many pieces it were."""
    heard = [samples_of(each) for each in pieces]
    numbers = [each[0] for each in heard if len(each) > 2 and each[0] == each[1] == each[2] != 0]
    return " ".join(map(str, numbers)) or f"{len(heard)} pieces"


class Model:
    """One session's ear and mouth.

    Parameters
    ----------
    say
        Sends an event.
    """

    def __init__(self, say: Say) -> None:
        self._say = say
        self.rate = 0
        self._utterance: list[bytes] = []
        self._quiet = 0.0
        self._contents = 0
        self._heard = self._spoken = 0
        self._speaking: asyncio.Task[None] | None = None
        self._waiting: list[tuple[str, list[bytes]]] = []

    def hear(self, heard: Heard) -> None:
        """Take a piece of audio: of an utterance, or of the pause after it."""
        loud = is_loud(heard.audio)
        if loud and self._speaking is not None:
            self._break_off()
        if loud or self._utterance:
            self._utterance.append(heard.audio)
        self._quiet = 0.0 if loud else self._quiet + len(heard.audio) / 2 / self.rate
        if self._utterance and self._quiet >= PAUSE_SECONDS:
            pieces, self._utterance = [each for each in self._utterance if is_loud(each)], []
            self._heard += len(pieces)
            self._content("USER", "TEXT", [_text(words_of(pieces))], stage="FINAL", reason="END_TURN")
            self._answer("", pieces)

    def ask(self, asked: Asked) -> None:
        """Take a written question."""
        if self._speaking is not None:
            self._break_off()
        tone = array("h", [8_000, -8_000] * (self.rate // 20)).tobytes()
        self._answer(f"answer to {asked.text}", [tone])

    def stop(self) -> None:
        """Say nothing more."""
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None

    def _answer(self, words: str, pieces: list[bytes]) -> None:
        self._waiting.append((words, pieces))
        if self._speaking is None:
            self._speaking = asyncio.create_task(self._speak())

    async def _speak(self) -> None:
        while self._waiting:
            words, pieces = self._waiting.pop(0)
            sentences = list(_sentences(pieces, self.rate))
            for number, sentence in enumerate(sentences, 1):
                last = "END_TURN" if number == len(sentences) else "PARTIAL_TURN"
                text = [_text(words or words_of(sentence))]
                self._content("ASSISTANT", "TEXT", text, stage="SPECULATIVE", reason="PARTIAL_TURN")
                self._audio = self._start("ASSISTANT", "AUDIO", None)
                for piece in sentence:
                    for part in _parts(resampled(piece, self.rate)):
                        content = b64encode(part).decode()
                        self._event("audioOutput", {"contentId": self._audio, "content": content})
                        await asyncio.sleep(len(part) / 2 / OUTPUT_RATE / SPEED)
                self._end(self._audio, "AUDIO", last)
                self._content("ASSISTANT", "TEXT", text, stage="FINAL", reason=last)
                self._spoken += len(sentence)
            self._usage()
        self._speaking = None

    def _break_off(self) -> None:
        self.stop()
        self._waiting.clear()
        self._end(self._audio, "AUDIO", "INTERRUPTED")
        told = [_text('{ "interrupted" : true }')]
        self._content("ASSISTANT", "TEXT", told, stage="FINAL", reason="INTERRUPTED")

    def _content(self, role: str, kind: str, said: list[dict[str, Any]], *, stage: str, reason: str) -> None:
        content = self._start(role, kind, stage)
        for each in said:
            self._event("textOutput", {"contentId": content, "role": role, **each})
        self._end(content, kind, reason)

    def _start(self, role: str, kind: str, stage: str | None) -> str:
        self._contents += 1
        content = f"content-{self._contents}"
        fields = {} if stage is None else {"additionalModelFields": json.dumps({"generationStage": stage})}
        self._event("contentStart", {"contentId": content, "role": role, "type": kind, **fields})
        return content

    def _end(self, content: str, kind: str, reason: str) -> None:
        self._event("contentEnd", {"contentId": content, "type": kind, "stopReason": reason})

    def _usage(self) -> None:
        totals = {"totalInputTokens": self._heard, "totalOutputTokens": self._spoken}
        self._event("usageEvent", {**totals, "totalTokens": self._heard + self._spoken})

    def _event(self, name: str, value: dict[str, Any]) -> None:
        self._say({"event": {name: {"sessionId": "s", "promptName": "p", "completionId": "c", **value}}})


def _text(content: str) -> dict[str, Any]:
    return {"content": content}


def _sentences(pieces: list[bytes], rate: int) -> Iterator[list[bytes]]:
    sentence: list[bytes] = []
    for each in pieces:
        sentence.append(each)
        if sum(map(len, sentence)) >= 2 * rate * SENTENCE_SECONDS:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _parts(audio: bytes) -> Iterator[bytes]:
    size = int(PIECE_SECONDS * OUTPUT_RATE) * 2
    for at in range(0, len(audio), size):
        yield audio[at : at + size]
