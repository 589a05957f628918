"""HTTP/2 over TLS, for the fake: one request is one stream of the model."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError

from tests.nova.fake.faults import plan_of
from tests.nova.fake.session import Session
from tests.nova.fake.signatures import SignatureError, Signatures

SECRET: Final = "test"
PATH: Final = ("/model/", "/invoke-with-bidirectional-stream")
STATUS: Final = {"AccessDeniedException": 403, "ThrottlingException": 429, "ResourceNotFoundException": 404}

Journal = Callable[[dict[str, Any]], None]


class Line:
    """One stream of HTTP/2, as `tests.nova.fake.session.Line` says."""

    def __init__(self, connection: "Connection", number: int) -> None:
        self._connection = connection
        self._number = number
        self._waiting = b""
        self._last = False
        self._ended = False

    def answer(self) -> None:
        """Send the headers."""
        self._connection.respond(self._number, 200, "application/vnd.amazon.eventstream")

    def send(self, data: bytes, *, last: bool = False) -> None:
        """Send data, as far as the client's window is open."""
        self._waiting += data
        self._last = self._last or last
        self.flush()

    def flush(self) -> None:
        """Send what waits."""
        h2 = self._connection.h2
        try:
            while self._waiting and (
                room := min(h2.local_flow_control_window(self._number), h2.max_outbound_frame_size)
            ):
                h2.send_data(self._number, self._waiting[:room])
                self._waiting = self._waiting[room:]
            if self._last and not self._waiting and not self._ended:
                self._ended = True
                h2.end_stream(self._number)
        except ProtocolError:
            self._waiting = b""  # the client has gone
        self._connection.flush()

    def cut(self) -> None:
        """Close the connection."""
        self._connection.transport.abort()


class Connection(asyncio.Protocol):
    """A client's connection."""

    transport: asyncio.Transport

    def __init__(self, streams: Counter[str], journal: Journal) -> None:
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._streams = streams
        self._journal = journal
        self._lines: dict[int, Line] = {}
        self._sessions: dict[int, Session] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.h2.initiate_connection()
        self.flush()

    def data_received(self, data: bytes) -> None:
        try:
            for event in self.h2.receive_data(data):
                self._happened(event)
        except ProtocolError:
            self.transport.abort()
            return
        self.flush()

    def connection_lost(self, _: Exception | None) -> None:
        for each in self._sessions.values():
            each.end("connection lost")

    def flush(self) -> None:
        """Send what h2 has to send."""
        if not self.transport.is_closing():
            self.transport.write(self.h2.data_to_send())

    def respond(self, number: int, status: int, kind: str, *more: tuple[str, str]) -> None:
        """Send the headers of an answer."""
        self.h2.send_headers(number, [(":status", str(status)), ("content-type", kind), *more])
        self.flush()

    def _happened(self, event: Event) -> None:
        match event:
            case RequestReceived():
                self._begin(event.stream_id, {str(name): str(value) for name, value in event.headers})
            case DataReceived():
                session = self._sessions.get(event.stream_id)
                if session is not None:
                    session.feed(event.data)
                if session is None or not session.stalled:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case StreamEnded() | StreamReset():
                if session := self._sessions.get(event.stream_id):
                    session.end("left" if isinstance(event, StreamReset) else "client ended")
            case WindowUpdated():
                for line in self._lines.values():
                    line.flush()
            case ConnectionTerminated():
                self.transport.close()

    def _begin(self, number: int, headers: dict[str, str]) -> None:
        before, after = PATH
        path = headers[":path"].removesuffix("?")
        try:
            if headers[":method"] != "POST" or not (path.startswith(before) and path.endswith(after)):
                self._refuse(number, "ResourceNotFoundException", f"no such operation: {path}")
                return
            signatures = Signatures(SECRET, headers)
        except SignatureError as error:
            self._refuse(number, "AccessDeniedException", str(error))
            return
        plan = plan_of(unquote(path.removeprefix(before).removesuffix(after)))
        self._streams[plan.story] += 1
        stream = self._streams[plan.story]

        def note(kind: str, **fields: object) -> None:
            self._journal({"story": plan.story, "stream": stream, "kind": kind, **fields})

        faults = plan.of(stream)
        note("opened")
        for fault in faults:
            if fault.kind.startswith("refuse."):
                self._refuse(number, fault.kind.removeprefix("refuse."), "It is not to be.")
                return
        self._lines[number] = Line(self, number)
        self._sessions[number] = Session(self._lines[number], signatures, faults, note)

    def _refuse(self, number: int, exception: str, text: str) -> None:
        body = json.dumps({"message": text}).encode()
        self.respond(number, STATUS.get(exception, 400), "application/json", ("x-amzn-errortype", exception))
        self.h2.send_data(number, body, end_stream=True)
        self.h2.reset_stream(number, ErrorCodes.NO_ERROR)
        self.flush()


def connections(journal: Journal) -> Callable[[], Connection]:
    """Return what makes connections that count the streams of each story together."""
    return partial(Connection, Counter(), journal)
