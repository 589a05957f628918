"""One interpreter that runs handlers: takes frames as lines of JSON, and answers each by a line of its own.

A frame may say where the interpreter is to be killed, as a container may be at any moment.
"""

import json
import os
import signal
import sys
from importlib import import_module
from typing import Any, Literal

import msgspec

from functions import names

KilledAt = Literal["before", "sending", "written", "answering"]
"""Before the handler begins; before or after its first request to DynamoDB; after it has returned."""


def main() -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # handlers log to standard output
    from functions.aws import environment
    from functions.aws.gateway.callbacks import Posted
    from functions.domain.limits import Speaking
    from tests.fakes import RecordingCallbacks
    from tests.routes import unheard, unheard_speech

    handlers = {
        name: import_module(f"functions.handlers.{name}").handler
        for name in ("query_authorizer", "lifecycle", "message")
    }
    limits = msgspec.structs.replace(environment.limits(), spoken=Speaking())
    speech = unheard_speech(environment.dynamodb_in_time(), environment.required(names.CLAIMS_TABLE))
    killed_at: str | None = None

    def reached(point: KilledAt) -> None:
        if killed_at == point:
            os.kill(os.getpid(), signal.SIGKILL)

    hooks = environment.dynamodb_in_time().meta.events  # of what every route appends with
    hooks.register("before-call", lambda **_: reached("sending"))
    hooks.register("after-call", lambda **_: reached("written"))
    for line in sys.stdin:
        frame = json.loads(line)
        killed_at = frame["killed_at"]
        callbacks = RecordingCallbacks(Posted(frame["post_outcome"]))
        reached("before")
        arguments: dict[str, Any] = {} if frame["handler"] == "query_authorizer" else {"callbacks": callbacks}
        if frame["handler"] == "message":
            arguments |= {"announce": unheard, "limits": limits, "speech": speech}
        answer = handlers[frame["handler"]](frame["event"], None, **arguments)
        reached("answering")
        posts = [[connection, post.decode()] for connection, post in callbacks.posts]
        json.dump({"answer": answer, "posts": posts, "closed": callbacks.closed}, answers)
        answers.write("\n")
        answers.flush()


if __name__ == "__main__":
    main()
