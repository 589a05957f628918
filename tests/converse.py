"""A stand-in for Bedrock's ConverseStream, on a socket: it streams events, breaks off, stalls and refuses."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Final, NamedTuple, Self

from botocore.config import Config

from functions.aws import clients
from functions.aws.engines.bedrock import Bedrock
from functions.domain.replies.pieces import Ended, Failed, Failure, StopReason, TextPiece
from functions.domain.replies.prompt import Prompt, Role, Turn
from functions.domain.replies.script import steps
from tests.event_stream import delta, event, exception, stop, usage

MODEL: Final = "amazon.nova-lite-v1:0"


class Answer(NamedTuple):
    """What is answered: a status, headers, and chunks that are sent as they come."""

    chunks: Iterable[bytes]
    status: int = 200
    code: str | None = None


class CutError(Exception):
    """Raised among the chunks: the connection breaks off."""


class Converse:
    """The server, for as long as it is served.

    Attributes
    ----------
    requests
        What was asked, as JSON.
    answer
        What becomes of a request.
    given_up
        Set when a client has gone in the middle of an answer.
    """

    def __init__(self, url: str) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Answer] = scripted
        self.given_up = Event()
        self.url = url

    def answering(self, answer: Callable[[dict[str, Any]], Answer]) -> Self:
        """Answer otherwise from now on, and forget what was asked."""
        self.requests.clear()
        self.answer = answer
        self.given_up = Event()
        return self

    def engine(self, config: Config = clients.ONCE, **options: Any) -> Bedrock:
        """Return the engine that asks this server."""
        return Bedrock(client_of(self.url, config), **{"model": MODEL, "max_tokens": 1_000, **options})


@cache
def client_of(url: str, config: Config = clients.ONCE) -> Any:
    """Return a client of what stands in for Bedrock."""
    return clients.bedrock(
        config=config,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that has gone is none
            super().handle_error(request, client_address)


@contextmanager
def served() -> Iterator[Converse]:
    """Serve on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = {"path": self.path, **json.loads(body)}
            converse.requests.append(request)
            given_up = converse.given_up
            answer = converse.answer(request)
            self.send_response(answer.status)
            if answer.code is not None:
                self.send_header("x-amzn-errortype", answer.code)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for chunk in answer.chunks:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                self.wfile.write(b"0\r\n\r\n")
            except CutError:
                self.close_connection = True
            except OSError:
                given_up.set()
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    converse = Converse(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield converse
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refusal(status: int, code: str, message: str = "no") -> Answer:
    """Return an error in the place of a stream."""
    return Answer([json.dumps({"message": message}).encode()], status, code)


_REASONS: Final = {
    StopReason.END_TURN: "end_turn",
    StopReason.MAX_TOKENS: "max_tokens",
    StopReason.GUARDRAIL: "guardrail_intervened",
    StopReason.REFUSED: "content_filtered",
}
REFUSALS: Final = {
    Failure.THROTTLED: refusal(429, "ThrottlingException"),
    Failure.UNAVAILABLE: refusal(503, "ServiceUnavailableException"),
    Failure.TIMED_OUT: refusal(408, "ModelTimeoutException"),
    Failure.TOO_LONG: refusal(400, "ValidationException", "Input is too long for requested model."),
    Failure.REJECTED: refusal(400, "ValidationException", "The model identifier is invalid."),
    Failure.MISCONFIGURED: refusal(403, "AccessDeniedException"),
}
"""How Bedrock says at once what a script is told to fail with."""
BREAKS: Final = {
    Failure.THROTTLED: exception("throttlingException", "no"),
    Failure.UNAVAILABLE: exception("serviceUnavailableException", "no"),
    Failure.INTERRUPTED: exception("modelStreamErrorException", "no"),
    Failure.MALFORMED: stop("malformed_model_output"),
}
"""How it says so in the middle."""


def scripted(request: dict[str, Any]) -> Answer:
    """Answer as the scripted engine does, in the words of Bedrock; the first time that it is asked."""
    turns = [Turn(Role(each["role"]), each["content"][0]["text"]) for each in request["messages"]]
    system = request["system"][0]["text"] if "system" in request else None
    pieces = [step.piece for step in steps(Prompt(turns[-1].text, tuple(turns), system), 1)]
    first = pieces[0]
    if isinstance(first, Failed) and first.failure in REFUSALS:
        return REFUSALS[first.failure]
    return Answer(
        [event("messageStart", {"role": "assistant"}), *(chunk for each in pieces for chunk in _chunks(each))]
    )


def _chunks(piece: TextPiece | Ended | Failed) -> list[bytes]:
    match piece:
        case TextPiece(text=text):
            return [delta(text)]
        case Ended(stop_reason=reason, usage=took):
            end = [event("contentBlockStop", {"contentBlockIndex": 0}), stop(_REASONS[reason])]
            return end if took is None else [*end, usage(took.input_tokens, took.output_tokens)]
        case Failed(failure=failure):
            return [BREAKS[failure]]
