"""What one session costs: connect, 30 s of speech at ten frames a second, 3 texts, 6 pings, close."""

import json
from functools import partial
from typing import Any

from benchmarks.accounting import spending
from benchmarks.stage import tables
from benchmarks.table import Figure, at_most
from functions import names
from functions.aws.feeds.subscribers import Subscribers
from functions.aws.log.event_log import EventLog
from functions.domain.limits import Limits, Speaking
from tests.gateway_events import CONNECTED_AT, connect, disconnect, message, voice_data

_FRAMES = 300
_MOST_REQUESTS = 12 + 31
"""One for what is recorded, and a read for each second of speech: whether its session is open."""
_INDEXES = 2
"""Of the log, each of which holds whole events."""


def figures() -> list[Figure]:
    """Measure through the handlers themselves; the pings never reach one."""
    with tables() as (client, made):
        from functions.handlers import lifecycle  # noqa: PLC0415 - its import reads the environment
        from tests.routes import message as handler  # noqa: PLC0415 - likewise
        from tests.routes import unheard_speech  # noqa: PLC0415 - likewise

        log = EventLog(client, made.events, made.claims)

        def take(handler: Any, event: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = handler(event, None, log)
            return answer

        subscribers = Subscribers(client, made.feeds)
        limits = Limits(spoken=Speaking())
        take_frame = partial(handler, limits=limits, speech=unheard_speech(client, made.claims))

        with spending(client) as spent:
            take(partial(lifecycle.handler, subscribers=subscribers), connect())
            at = CONNECTED_AT + 1_000
            started = take(take_frame, _frame({"type": "voice_start"}, at, "start"))
            session = json.loads(started["body"])["data"]["voiceSessionId"]
            for seq in range(_FRAMES):
                frame = voice_data(session, seq, requestTimeEpoch=at + seq * 100, requestId=f"speech-{seq}")
                take(take_frame, frame)
            end = {"type": "voice_end", "data": {"voiceSessionId": session, "lastSeq": _FRAMES - 1}}
            take(take_frame, _frame(end, at + 30_000, "end", names.ROUTE_VOICE_END))
            for number in range(3):
                text = {"type": "text_message", "data": {"text": "How are you today?"}}
                take(take_frame, _frame(text, at + 31_000 + number, f"text-{number}"))
            take(
                partial(lifecycle.handler, subscribers=subscribers), disconnect(requestTimeEpoch=at + 40_000)
            )
        appended = len(list(log.items(connect()["requestContext"]["connectionId"])))
    return [
        at_most("reference session: DynamoDB requests of the handlers", spent.requests, _MOST_REQUESTS),
        Figure("reference session: write units of the tables", str(spent.write_units)),
        Figure("reference session: write units of the log's indexes", str(appended * _INDEXES)),
        Figure("reference session: requests with one write for each frame", str(_FRAMES + 13)),
    ]


def _frame(body: dict[str, Any], at: int, request: str, route: str = names.ROUTE_DEFAULT) -> dict[str, Any]:
    return message(body, route=route, requestTimeEpoch=at, requestId=request)
