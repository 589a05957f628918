"""A stand-in for Lambda over HTTP: it keeps what it was asked, and answers as a test says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Functions:
    """What was asked of which function, and what it answers, first first.

    Attributes
    ----------
    url
        Where it listens.
    asked
        The payloads.
    answers
        What each request gets: an answer; a status with a code; or, as an exception, what a function raises.
    """

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any] | tuple[int, str] | Exception] = []


@contextmanager
def functions() -> Iterator[Functions]:
    """Listen for as long as the block lasts."""
    found = Functions()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            found.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer()

        def _answer(self) -> None:
            answer = found.answers.pop(0)
            status, headers, body = 200, {}, answer
            if isinstance(answer, tuple):
                status, code = answer
                headers, body = {"X-Amzn-ErrorType": code}, {"Message": "on purpose"}
            elif isinstance(answer, Exception):
                headers = {"X-Amz-Function-Error": "Unhandled"}
                body = {"errorType": type(answer).__name__, "errorMessage": str(answer)}
            told = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(told))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()
