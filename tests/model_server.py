"""A stand-in for any server that speaks OpenAI's chat completions, such as Ollama: it follows the script."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from functions.domain.replies.pieces import Ended, TextPiece
from functions.domain.replies.prompt import Prompt, Role, Turn
from functions.domain.replies.script import steps


class ModelServer:
    """The server, for as long as it is served.

    Attributes
    ----------
    url
        What ``MINISTACK_BEDROCK_PROXY_URL`` says.
    requests
        What was asked, as JSON.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[dict[str, Any]] = []


@contextmanager
def served() -> Iterator[ModelServer]:
    """Serve on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.requests.append({"path": self.path, **request})
            answer = completion(request)
            body = json.dumps(answer).encode()
            self.send_response(500 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model = ModelServer(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def completion(request: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the script says to what is asked, None where it fails."""
    said = [each for each in request["messages"] if each["role"] != "system"]
    turns = [Turn(Role(each["role"]), each["content"]) for each in said]
    system = [each["content"] for each in request["messages"] if each["role"] == "system"]
    prompt = Prompt(turns[-1].text, tuple(turns), system[0] if system else None)
    *words, end = (step.piece for step in steps(prompt, 1))
    if not isinstance(end, Ended) or end.usage is None:
        return None
    text = "".join(word.text for word in words if isinstance(word, TextPiece))
    return {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": end.usage.input_tokens,
            "completion_tokens": end.usage.output_tokens,
            "total_tokens": end.usage.input_tokens + end.usage.output_tokens,
        },
    }
