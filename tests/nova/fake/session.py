"""One stream of the fake: it takes what the automaton lets through, and fails as it was asked to."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final, Protocol

from tests.nova.fake.automaton import Asked, Automaton, Heard, Over, RefusedError
from tests.nova.fake.faults import Fault
from tests.nova.fake.frames import FramingError, Message, Reader, encode
from tests.nova.fake.model import Model, is_loud
from tests.nova.fake.signatures import SignatureError, Signatures

MESSAGES: Final = {
    "validationException": "System instability detected, please retry (InternalErrorCode=531).",
    "boom": "The input is malformed.",
}


class Line(Protocol):
    """The HTTP/2 stream below."""

    def answer(self) -> None:
        """Answer the request: it is taken."""
        ...

    def send(self, data: bytes, *, last: bool = False) -> None:
        """Send a part of the answer."""
        ...

    def cut(self) -> None:
        """Close the connection."""
        ...


class Session:
    """A stream.

    Parameters
    ----------
    line
        What carries it.
    signatures
        What its messages are held against.
    faults
        What goes wrong.
    note
        Writes down what was seen, for the test.
    """

    def __init__(
        self, line: Line, signatures: Signatures, faults: list[Fault], note: Callable[..., None]
    ) -> None:
        self._line = line
        self._signatures = signatures
        self._faults = faults
        self._note = note
        self._reader = Reader()
        self._automaton = Automaton()
        self._model = Model(self._say)
        self._answered = False
        self._over = False
        self._stalled = False
        self._heard = 0
        self._timers = {
            each.kind: asyncio.get_running_loop().call_later(each.at / 1000, self._expire, each.kind)
            for each in faults
            if each.kind in {"life", "hush"}
        }

    @property
    def stalled(self) -> bool:
        """Whether it takes nothing any more."""
        return self._stalled

    def feed(self, data: bytes) -> None:
        """Take what the client sends."""
        if self._over or self._stalled:
            return
        try:
            for message in self._reader.feed(data):
                self._signatures.check(message)
                self._take(message)
        except (FramingError, SignatureError, RefusedError, KeyError, TypeError) as error:
            self._fail("validationException", f"{type(error).__name__}: {error}")

    def end(self, how: str) -> None:
        """Know that the stream has ended, and how."""
        if not self._over:
            self._over = True
            self._note("ended", how=how, told=self._automaton.told)
        self._model.stop()
        for timer in self._timers.values():
            timer.cancel()

    def _take(self, message: Message) -> None:
        if not message.payload:
            return  # the signed message that is empty is the last
        (inner,) = Reader().feed(message.payload)
        if inner.headers.get(":event-type") != "chunk" or inner.headers.get(":message-type") != "event":
            raise RefusedError("no chunk")
        taken = self._automaton.take(b64decode(json.loads(inner.payload)["bytes"]))
        if not self._answered:
            self._answered = True
            if self._happens("mute", 0):
                self._stalled = True
                return
            self._line.answer()
        for kind in self._failing(0):
            self._go_wrong(kind)
        match taken:
            case Heard():
                self._hear(taken)
            case Asked():
                self._note("asked", text=taken.text)
                self._model.rate = self._automaton.rate
                self._model.ask(taken)
            case Over():
                self._model.stop()
                self._line.send(b"", last=True)
                self.end("in peace")

    def _hear(self, heard: Heard) -> None:
        self._heard += 1
        if "hush" in self._timers:
            timer = self._timers["hush"]
            timer.cancel()
            seconds = next(each.at for each in self._faults if each.kind == "hush") / 1000
            self._timers["hush"] = asyncio.get_running_loop().call_later(seconds, self._expire, "hush")
        for kind in self._failing(self._heard):
            self._go_wrong(kind)
        if any(each.kind == "boom" for each in self._faults) and is_loud(heard.audio):
            self._go_wrong("boom")
        if not self._over and not self._stalled:
            self._model.rate = self._automaton.rate
            self._model.hear(heard)

    def _failing(self, at: int) -> list[str]:
        other = {"life", "hush", "boom", "mute"}
        return [each.kind for each in self._faults if each.at == at and each.kind not in other]

    def _happens(self, kind: str, at: int) -> bool:
        return any(each.kind == kind and each.at == at for each in self._faults)

    def _go_wrong(self, kind: str) -> None:
        if self._over:
            return
        match kind:
            case "cut":
                self.end("cut")
                self._line.cut()
            case "end":
                self._line.send(b"", last=True)
                self.end("end")
            case "stall":
                self._note("stalled")
                self._stalled = True
                self._model.stop()
            case "boom":
                self._fail("validationException", MESSAGES["boom"])
            case _:
                self._fail(kind, MESSAGES.get(kind, "It cannot be done now."))

    def _expire(self, kind: str) -> None:
        self._fail("modelTimeoutException", f"the stream's {kind} is over")

    def _fail(self, exception: str, text: str) -> None:
        if self._over:
            return
        if not self._answered:
            self._line.answer()
        headers: dict[str, Any] = {":exception-type": exception, ":content-type": "application/json"}
        body = json.dumps({"message": text}).encode()
        self._line.send(encode({**headers, ":message-type": "exception"}, body), last=True)
        self.end(f"{exception}: {text}")

    def _say(self, event: dict[str, Any]) -> None:
        if self._over or self._stalled:
            return
        payload = json.dumps({"bytes": b64encode(json.dumps(event).encode()).decode()}).encode()
        headers: dict[str, Any] = {":event-type": "chunk", ":content-type": "application/json"}
        self._line.send(encode({**headers, ":message-type": "event"}, payload))
