"""A client that sends whatever could cost the most, through the handlers, on tables in this process."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from functions.aws.log.event_log import EventLog
from functions.aws.voice.voice_claims import VoiceClaims
from functions.domain.limits import Limits, Speaking
from functions.domain.log.claims import voice_key
from functions.domain.log.ids import lowest
from functions.domain.voice.channels import EndAsked, decode
from functions.domain.voice.starts import Start
from functions.names import (
    ROUTE_CONNECT,
    ROUTE_DEFAULT,
    ROUTE_VOICE_DATA,
    ROUTE_VOICE_END,
    ROUTE_VOICE_LISTEN,
)
from functions.operations.frames.speech import Speech
from tests.fakes import RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, message
from tests.routes import lifecycle
from tests.routes import message as handler
from tests.stage import WRITES

MINUTE: Final = CONNECTED_AT - CONNECTED_AT % 60_000 + 60_000
"""A whole minute of the connection, epoch milliseconds."""
LIMITS: Final = Limits(texts=20, voice_sessions=4, spoken=Speaking(sessions_per_user=4))
CODES: Final = 7
"""Of those that a client can provoke: all but ``unauthorized``, ``unavailable``, ``internal`` and, here,
``token_expired``, with which its connection ends."""


@dataclass
class Cost:
    """What one frame made DynamoDB do, and what it had done besides.

    ``refused`` is the code of the error that the client got, if it got one. ``writes`` and ``reads`` are
    requests; what was ``published`` are messages to a voice session.
    """

    refused: str | None
    writes: int = 0
    failed: int = 0
    reads: int = 0
    published: int = 0
    invoked: int = 0


@dataclass
class Hostility:
    """What a whole minute of it cost."""

    costs: list[Cost] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)


def minute(client: Any, log: EventLog, claims: str, frames: int, seed: int = 0) -> Hostility:
    """Send so many frames of all kinds within one minute and return what each of them cost.

    Parameters
    ----------
    client, claims
        The DynamoDB client of the log, and the name of its claims table.
    """
    seen = Hostility()
    callbacks = RecordingCallbacks()
    random = Random(seed)  # noqa: S311 - no secret, and it must repeat
    client.meta.events.register("after-call.dynamodb", lambda **call: _count(seen, call))
    speech = _speech(client, seen, claims)
    session = lowest(CONNECTED_AT)
    for number in range(frames):
        at = MINUTE + number * 60_000 // frames
        body, route = _frame(random, session)
        event = message(body, route=route, requestId=f"request-{number}", requestTimeEpoch=at)
        seen.costs.append(Cost(None))
        callbacks.posts.clear()
        if route == ROUTE_CONNECT:
            answer = lifecycle(event, None, log, callbacks)
        else:
            answer = handler(event, None, log, callbacks, LIMITS, speech=speech)
        told = [frame for _, frame in callbacks.posts] + ([answer["body"]] if "body" in answer else [])
        for frame in map(json.loads, told):
            if frame["type"] == "error":
                seen.costs[-1].refused = frame["data"]["code"]
            if frame["type"] == "voice_starting":
                session = frame["data"]["voiceSessionId"]
    for item in log.items(message("")["requestContext"]["connectionId"]):
        seen.events[item["type"]["S"]] += 1
    return seen


def _speech(client: Any, seen: Hostility, claims: str) -> Speech:
    """Return what takes speech, beside a function that ends each voice session as soon as it is asked to."""

    def publish(channel: str, events: Sequence[bytes]) -> None:
        cost = seen.costs[-1]
        cost.published += len(events)
        if any(isinstance(decode(event), EndAsked) for event in events):
            spent = (cost.writes, cost.failed)
            client.delete_item(TableName=claims, Key={"claim": {"S": voice_key("s-1")}})
            cost.writes, cost.failed = spent  # it is not the frame's

    def invoke(_start: Start) -> None:
        seen.costs[-1].invoked += 1

    return Speech(VoiceClaims(client, claims), publish, invoke, lambda *_: True)


def _count(seen: Hostility, call: dict[str, Any]) -> None:
    cost = seen.costs[-1]
    if call["model"].name == "GetItem":
        cost.reads += 1
    if call["model"].name not in WRITES:
        return
    cost.writes += 1
    cost.failed += call["http_response"].status_code != 200


def _frame(random: Random, session: str) -> tuple[object, str]:
    invented = lowest(MINUTE - random.randrange(1_000, 30_000))
    text = {"type": "text_message", "data": {"text": random.choice(["yes", "no", "x" * 9_000])}}
    speech = {"voiceSessionId": random.choice([session, invented]), "seq": random.choice([600, 1, 2**31 - 1])}
    frames: list[tuple[object, str]] = [
        (text, ROUTE_DEFAULT),
        ({**text, "id": str(random.randrange(30))}, ROUTE_DEFAULT),
        ({"type": "voice_start"}, ROUTE_DEFAULT),
        ({"type": "voice_end", "data": {"voiceSessionId": session, "lastSeq": -1}}, ROUTE_VOICE_END),
        ({"type": "voice_end", "data": {"voiceSessionId": invented, "lastSeq": 5}}, ROUTE_VOICE_END),
        ({"type": "voice_listen", "data": {"voiceSessionId": invented}}, ROUTE_VOICE_LISTEN),
        ({"type": "voice_data", "data": {**speech, "audio": "AAAA"}}, ROUTE_VOICE_DATA),
        ({"type": "voice_data", "data": {"audio": "?"}}, ROUTE_VOICE_DATA),
        ("{", ROUTE_DEFAULT),
        ({"type": "ponder"}, ROUTE_DEFAULT),
        ({"type": ROUTE_CONNECT}, ROUTE_CONNECT),
    ]
    return random.choice(frames)
