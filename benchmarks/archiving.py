"""What the archive costs: bytes, processor time and dollars for an event."""

import io
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from benchmarks.table import Figure, at_most
from cost.assumed import PROCESSOR_GB
from functions.aws import clients
from functions.aws.archive.arrivals import Arrivals
from functions.aws.archive.objects import Objects
from functions.aws.attributes import Item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.archive.hours import DAY, HOUR, Watermark, hour_of, key_of
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import (
    ConnectionClosed,
    ConnectionOpened,
    Fact,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from functions.operations.archive.archiving import Archiver
from ops.prices import ARCHIVED, GB_SECONDS, READ_UNITS
from tests.bucket import Bucket

_CONNECTIONS: Final = 2_000
_TEXTS: Final = 6
_BEGAN: Final = hour_of(1_795_410_720_123)
_RETENTION_SECONDS: Final = 90 * 86_400
_CHANCE: Final = random.Random(1)  # noqa: S311 - words, the same in each run
_WORDS: Final = [
    "".join(_CHANCE.choices("etaoinshrdlucmfwypvbgkqjxz", range(26, 0, -1), k=_CHANCE.randint(2, 9)))
    for _ in range(3_000)
]
"""As many words as people use every day, in letters as frequent as those of English."""
_RANKS: Final = [1 / (rank + 1) for rank in range(len(_WORDS))]
"""How frequent each word is, by Zipf."""
_AGENT: Final = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130 Safari"
)
_READ_UNIT_BYTES: Final = 4_096
_MILLION: Final = 1_000_000


def figures() -> list[Figure]:
    """Measure one hour of connections that open, write texts of about 200 characters, speak and close."""
    items = [encode(each) | stamp(each.event_id, each.at) for each in _events()]
    arrivals = Arrivals(_client(items), "events")
    first, seconds = _archived(arrivals)
    again, _ = _archived(arrivals)
    events, item_bytes = len(items), sum(map(_size, items)) / len(items)
    archived = len(first.objects[key_of(_BEGAN)][0]) / events
    # read once to be archived and once to be counted, each time for half of what a consistent read costs
    reading = READ_UNITS.times(2 * item_bytes / _READ_UNIT_BYTES / 2 * _MILLION)
    processing = GB_SECONDS.times(seconds / events * PROCESSOR_GB * _MILLION)
    differing = sum(first.objects[key] != again.objects[key] for key in first.objects)
    return [
        Figure("an event in the log: bytes", f"{item_bytes:.0f}"),
        Figure("an event in the archive: bytes", f"{archived:.0f}"),
        Figure("… processor time to archive and count it: µs", f"{seconds / events * 1e6:.0f}"),
        Figure("a million events, read twice: dollars", f"{reading:.4f}"),
        Figure("… processor: dollars", f"{processing:.4f}"),
        at_most("… archived and counted: dollars", reading + processing, 0.02, "{:.4f}"),
        Figure("… stored for a month: dollars", f"{ARCHIVED.times(archived / 1000):.4f}"),
        at_most("the same hour twice: objects that differ", differing, 0),
    ]


def _archived(arrivals: Arrivals) -> tuple[Bucket, float]:
    """Archive the hour, and count it again a day later; return the bucket and the processor time."""
    bucket = Bucket()
    objects = Objects(bucket, "archive")
    objects.set_watermark(Watermark(_BEGAN, _BEGAN))
    began = time.process_time()
    for now in (_BEGAN + 2 * HOUR, _BEGAN + DAY + 2 * HOUR):
        Archiver(arrivals, objects, lambda: True).run(now, _RETENTION_SECONDS)
    return bucket, time.process_time() - began


def _events() -> Iterator[Event]:
    for number in range(_CONNECTIONS):
        connected_at = _BEGAN + number * (HOUR // 2) // _CONNECTIONS
        for step, fact in enumerate(_facts(number)):
            at = connected_at + step * 120_000 + number % 997
            cause = Cause(
                connection_id=f"{number:010x}AbCdEf=",
                user_id=f"0d0c7a1e-5a0f-4c53-9d5c-{number % 300:012x}",
                session_id=f"7b35d7ef-5d77-485d-b566-{number:012x}",
                connected_at=connected_at,
                expires_at=connected_at // 1000 + _RETENTION_SECONDS,
                at=at,
                id=f"request-{number}-{step}",
                trace_id=f"1-{at // 1000:08x}-{_CHANCE.getrandbits(96):024x}",
            )
            yield event(cause, fact)


def _facts(number: int) -> Iterator[Fact]:
    yield ConnectionOpened(f"203.0.113.{number % 256}", _AGENT)
    for _ in range(_TEXTS):
        yield TextMessageReceived(" ".join(_CHANCE.choices(_WORDS, _RANKS, k=31)))
    yield VoiceSessionStarted(16_000, "lpcm")
    yield VoiceSessionEnded("01M83D2XBXF2MVWP0MG6AHN6NX", 300, 30, "client")
    yield ConnectionClosed(1000)


def _size(item: Item) -> int:
    """Return what DynamoDB counts for an item: names, texts, numbers of two digits a byte, 3 for a map."""
    return sum(len(name) + _value_size(value) for name, value in item.items())


def _value_size(attribute: dict[str, Any]) -> int:
    ((kind, value),) = attribute.items()
    if kind == "M":
        return 3 + sum(1 + len(name) + _value_size(each) for name, each in value.items())
    return len(value) // 2 + 2 if kind == "N" else len(value.encode())


class _Raw(io.BytesIO):
    """A body as botocore reads it from a socket."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _client(items: list[Item]) -> Any:
    """Return a client whose queries are answered from bodies that were made before."""
    shards: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        shards[item["arrival_day"]["S"]].append(item)
    whole = {day: json.dumps({"Items": found, "Count": len(found)}).encode() for day, found in shards.items()}
    heads = {day: json.dumps({"Items": found[:1], "Count": 1}).encode() for day, found in shards.items()}
    counts = {day: json.dumps({"Count": len(found)}).encode() for day, found in shards.items()}
    nothing = b'{"Items": [], "Count": 0}'

    def answer(request: Any, **_: Any) -> AWSResponse:
        asked = json.loads(request.body)
        values = asked["ExpressionAttributeValues"]
        bodies = heads if "Limit" in asked else counts if "Select" in asked else whole
        is_there = int(values[":first"]["N"]) < _BEGAN + HOUR
        body = bodies.get(values[":day"]["S"], nothing) if is_there else nothing
        return AWSResponse(request.url, 200, HTTPHeaders(), _Raw(body))

    client = clients.dynamodb(
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - nobody asks
    )
    client.meta.events.register("before-send.dynamodb.Query", answer)
    return client
