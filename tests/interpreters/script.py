"""What a few clients do, frame by frame, whoever serves them."""

import json
from collections.abc import Callable
from typing import Any, Final

from tests import gateway_events as gateway

Serve = Callable[..., dict[str, Any]]
"""Takes a handler's name, a gateway event and what becomes of posts; gives answer, posts and closes."""

_STEP: Final = 700
"""Milliseconds between two frames."""


class Client:
    """A client of the gateway: keeps the identity that the authorizer gave it, numbers its requests."""

    def __init__(self, stage: "Stage", connection: str, user: str, session: str | None = None) -> None:
        self._stage = stage
        self._connection = connection
        self._query = {"userId": user, **({"sessionId": session} if session else {})}
        self._identity: dict[str, str] = {}

    def connect(self) -> None:
        """Be authorized, and connect if allowed."""
        event = gateway.authorize(**self._query)
        event["requestContext"].update(self._context())
        answer = self._stage.serve("query_authorizer", event)["answer"]
        self._identity = answer["context"]
        if self._identity:
            self._stage.serve("lifecycle", gateway.connect(**self._context()))

    def disconnect(self) -> None:
        """Be disconnected."""
        self._stage.serve("lifecycle", gateway.disconnect(**self._context()))

    def send(self, kind: str, data: object = None, **frame: Any) -> Any:
        """Send a frame and return the data of its answer, if it has one."""
        body = {"type": kind, **frame} if data is None else {"type": kind, "data": data, **frame}
        return self.send_raw(json.dumps(body))

    def send_raw(self, body: str) -> Any:
        """Send whatever text."""
        answer = self._stage.serve("message", gateway.message(body, **self._context()))["answer"]
        return json.loads(answer["body"]).get("data") if "body" in answer else None

    def speak(self, session: str, seq: int, post_outcome: str = "delivered") -> None:
        """Send a frame of speech."""
        event = gateway.voice_data(session, seq, **self._context())
        self._stage.serve("message", event, post_outcome)

    def tell(self, kind: str, data: object) -> None:
        """Send a frame on a route of its own, which answers nothing."""
        event = gateway.message({"type": kind, "data": data}, route=kind, **self._context())
        self._stage.serve("message", event)

    def _context(self) -> dict[str, Any]:
        at, number = self._stage.tick()
        context = {"connectionId": self._connection, "requestId": f"r-{number}", "requestTimeEpoch": at}
        return {**context, **({"authorizer": self._identity} if self._identity else {})}


class Stage:
    """The clock, and all that was answered."""

    def __init__(self, serve: Serve) -> None:
        self.answers: list[dict[str, Any]] = []
        self._serve = serve
        self._requests = 0
        self._at = gateway.CONNECTED_AT

    def serve(self, handler: str, event: dict[str, Any], post_outcome: str = "delivered") -> dict[str, Any]:
        """Have an event served and keep what became of it."""
        served = self._serve(handler, event, post_outcome)
        self.answers.append(served)
        return served

    def tick(self) -> tuple[int, int]:
        """Return the time of the next request (epoch milliseconds), and its number."""
        self._requests += 1
        self._at += _STEP
        return self._at, self._requests

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self._at += seconds * 1000


def play(serve: Serve) -> list[dict[str, Any]]:
    """Play the whole script and return what became of each frame, in order."""
    stage = Stage(serve)
    ada, bob = Client(stage, "ada-1=", "ada", "talk"), Client(stage, "bob-1=", "bob")
    thief, nobody = Client(stage, "bob-2=", "bob", "talk"), Client(stage, "none=", "")
    for client in (ada, bob, thief, nobody):
        client.connect()

    _texts(ada, bob)
    _speech(stage, ada, bob)
    _nonsense(ada, bob)

    again = Client(stage, "ada-2=", "ada", "talk")
    again.connect()
    ada.disconnect()  # late: she has connected anew
    again.send("text_message", {"text": "Still here"}, id="m-1")
    stage.wait(7200)
    bob.send("text_message", {"text": "Too late"})
    bob.disconnect()
    return stage.answers


def _texts(ada: Client, bob: Client) -> None:
    ada.send("text_message", {"text": "Hello"}, id="m-1")
    bob.send("text_message", {"text": "Hello"}, id="m-1")
    ada.send("text_message", {"text": "Hello"}, id="m-1")
    ada.send("text_message", {"text": "Something else"}, id="m-1")
    bob.send("text_message", {"text": "Without an id"})


def _speech(stage: Stage, ada: Client, bob: Client) -> None:
    hers = ada.send("voice_start", {"sampleRate": 16000}, id="v-1")["voiceSessionId"]
    his = bob.send("voice_start")["voiceSessionId"]
    ada.send("voice_start")  # conflict
    for seq in range(3):
        ada.speak(hers, seq)
        bob.speak(his, seq)
    stage.wait(60)
    ada.speak(hers, 600)
    ada.speak(hers, 1200)
    bob.speak(his, 10**6)  # faster than speech
    stage.wait(2)  # for an error is told once a second, by each interpreter
    bob.speak(his, 10**6, "gone")
    ada.tell("voice_end", {"voiceSessionId": his, "lastSeq": 2})  # not of her conversation
    ada.tell("voice_end", {"voiceSessionId": hers, "lastSeq": 1200})
    ada.send("voice_start", {"sampleRate": 16000}, id="v-1")  # once more


def _nonsense(ada: Client, bob: Client) -> None:
    for client in (ada, bob):
        client.send_raw("{")
        client.send_raw("")
        client.send("dance", id="d-1")
        client.send("$disconnect")
        client.send("text_message", {"text": ""})
        client.send("text_message", {"text": "x" * 8001})
