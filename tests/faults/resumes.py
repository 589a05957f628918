"""What a resume must be answered, judged by the numbers that the feeds had when it was asked."""

import json
from collections.abc import Iterator
from typing import Any, Final

from tests.faults.gateway import Line
from tests.faults.problems import Item

_UNSURE_MILLISECONDS: Final = 60_000
"""Around the end of the window, either answer is right: clocks differ, and time passes while it is asked."""

Numbers = dict[int, Item]


def feeds_of(line: Line) -> dict[str, str]:
    """Return the feeds of a connection by the names that its client has for them."""
    conversation = f"connection#{line.id}" if line.session is None else f"session#{line.session}"
    return {"session": conversation, "user": f"user#{line.user}"}


def numbers_of(client: Any, table: str, feed: str, now: int) -> Numbers:
    """Return the numbers of a feed that have not expired, ``now`` in epoch milliseconds."""
    query = {
        "TableName": table,
        "KeyConditionExpression": "feed = :feed AND begins_with(#key, :numbers)",
        "ExpressionAttributeNames": {"#key": "key"},
        "ExpressionAttributeValues": {":feed": {"S": feed}, ":numbers": {"S": "m#"}},
        "ConsistentRead": True,
    }
    pages = client.get_paginator("query").paginate(**query)
    return {
        int(item["key"]["S"].removeprefix("m#")): item
        for page in pages
        for item in page["Items"]
        if int(item["expires_at"]["N"]) * 1000 > now
    }


class Before:
    """The feeds of a connection as they were before its client asked.

    Attributes
    ----------
    numbers
        What they had, by the names that the client has for them.
    now
        When that was, epoch milliseconds.
    told
        How many frames had been posted by then, to anybody.
    answered
        The ids of the texts that had an outcome.
    """

    def __init__(
        self, client: Any, table: str, line: Line, now: int, told: int, answered: frozenset[str]
    ) -> None:
        self.answered = answered
        self.numbers = {name: numbers_of(client, table, feed, now) for name, feed in feeds_of(line).items()}
        self.now = now
        self.told = told


def untrue(before: Before, frame: dict[str, Any], told: list[bytes], window_seconds: int) -> Iterator[str]:
    """Yield what is wrong with what a resume was answered: the frames that were sent meanwhile."""
    sent = [json.loads(data) for data in told]
    came = {
        (each["data"]["feed"], each["data"]["seq"], each["data"]["id"])
        for each in sent
        if each["type"] == "message"
    }
    for answer in sent:
        if answer["type"] in {"resumed", "reset"} and answer["id"] == frame["id"]:
            name = answer["data"]["feed"]
            position = frame["data"]["positions"].get(name)
            numbers = before.numbers[name]
            due = _due(position, numbers, before.now - window_seconds * 1000)
            if due and answer["type"] != due:
                yield f"{name} at {position} is told {answer['type']} and not {due}"
            top = max(numbers, default=0)
            if answer["type"] == "reset" and answer["data"]["position"]["seq"] < top:
                yield f"{name} is reset to {answer['data']['position']}, and had {top}"
            answered = [each for each in answer["data"].get("pending", ()) if each in before.answered]
            if answered:
                yield f"{answered} are told to be pending, and had their outcomes"
            if answer["type"] == "resumed" and position is not None:
                yield from _gaps(name, position["seq"], answer["data"], numbers, came)


def _due(position: dict[str, Any] | None, numbers: Numbers, window_begins: int) -> str | None:
    """Return which answer is due, None where either may be."""
    if position is None:
        return "reset"
    seq = position["seq"]
    if seq and (seq not in numbers or numbers[seq]["event_id"]["S"] != position["id"]):
        return "reset"
    if seq + 1 not in numbers:
        return "resumed" if max(numbers, default=0) <= seq else "reset"
    too_old = window_begins - int(numbers[seq + 1]["numbered_at"]["N"])
    if abs(too_old) < _UNSURE_MILLISECONDS:
        return None
    return "reset" if too_old > 0 else "resumed"


def _gaps(
    name: str, after: int, answer: dict[str, Any], numbers: Numbers, came: set[tuple[str, int, str]]
) -> Iterator[str]:
    upto = answer["seq"]
    if not answer.get("more", False) and upto < max(numbers, default=0):
        yield f"{name} is told that {upto} is all, and had {max(numbers)}"
    for seq in range(after + 1, upto + 1):
        if seq in numbers and (name, seq, numbers[seq]["event_id"]["S"]) not in came:
            yield f"{name} is told that {seq} was sent, and it was not"
