"""What there is of a person: their connections, as the log and the lists have them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import msgspec

from functions.aws.attributes import to_item
from functions.domain.log.unconnected import is_connection
from functions.names import CONNECTIONS_BY_USER, EVENTS_BY_USER
from ops.deployment import THREADS, Deployment
from ops.erasure.traces import Trace, trace
from ops.read_models.scans import Threads


class Person(msgspec.Struct, frozen=True):
    """What there is of a person.

    Attributes
    ----------
    user_id
        Who it is.
    traces
        What the log has of each of their connections, and of each notification to them, which has none.
    rows
        The connections whose rows have their name, each with its session, if it has one.
    """

    user_id: str
    traces: dict[str, Trace]
    rows: dict[str, str | None]

    @property
    def connections(self) -> list[str]:
        """Their connections, in the order of their ids."""
        return sorted(filter(is_connection, self.traces))

    @property
    def named(self) -> int:
        """How many events name them."""
        return sum(trace.named for trace in self.traces.values())

    @property
    def texts(self) -> int:
        """How many of these are texts or replies."""
        return sum(len(trace.texts) for trace in self.traces.values())

    @property
    def sessions(self) -> frozenset[str]:
        """The sessions that they used."""
        of_rows = frozenset(filter(None, self.rows.values()))
        return of_rows.union(*(trace.sessions for trace in self.traces.values()))

    @property
    def hours(self) -> frozenset[int]:
        """The hours in which their events arrived."""
        return frozenset[int]().union(*(trace.hours for trace in self.traces.values()))

    @property
    def problems(self) -> tuple[str, ...]:
        """Why some items cannot be redacted."""
        return tuple(problem for trace in self.traces.values() for problem in trace.problems)

    @property
    def pseudonym(self) -> str | None:
        """What an erasure has called them, if there was one; of several the first."""
        return next((trace.pseudonym for trace in self.traces.values() if trace.pseudonym), None)


def survey(
    deployment: Deployment,
    user_id: str,
    now: int,
    pseudonym: str | None = None,
    known: frozenset[str] = frozenset(),
    threads: Threads = ThreadPoolExecutor,
) -> Person:
    """Return what there is of a person; nothing is changed.

    Parameters
    ----------
    deployment
        The tables.
    user_id
        The person.
    now
        Epoch milliseconds.
    pseudonym
        What an erasure that was begun calls them: what it has redacted is theirs too.
    known
        Connections that are theirs, whatever the indexes say by now.
    threads
        Makes what reads several connections side by side.

    Raises
    ------
    Unavailable
        If the log cannot be read in time.
    """
    rows = dict(_rows(deployment, user_id))
    found = {*known, *rows}
    for name in filter(None, (user_id, pseudonym)):
        found |= connections_of(deployment.client, deployment.outputs.events_table, name)
    ordered = sorted(found)
    with threads(THREADS) as running:
        traces = dict(zip(ordered, running.map(partial(trace, deployment, now), ordered), strict=True))
    return Person(user_id, traces, rows)


def connections_of(client: Any, events_table: str, user_id: str) -> set[str]:
    """Return the connections of which events name a user, or a pseudonym, as far as the index has them."""
    query: dict[str, Any] = {
        "TableName": events_table,
        "IndexName": EVENTS_BY_USER,
        "KeyConditionExpression": "user_id = :user",
        "ExpressionAttributeValues": to_item({":user": user_id}),
        "ProjectionExpression": "connection_id",
    }
    pages = client.get_paginator("query").paginate(**query)
    return {item["connection_id"]["S"] for page in pages for item in page["Items"]}


def _rows(deployment: Deployment, user_id: str) -> Iterator[tuple[str, str | None]]:
    query: dict[str, Any] = {
        "TableName": deployment.outputs.connections_table,
        "IndexName": CONNECTIONS_BY_USER,
        "KeyConditionExpression": "userId = :user",
        "ExpressionAttributeValues": to_item({":user": user_id}),
    }
    for page in deployment.client.get_paginator("query").paginate(**query):
        for item in page["Items"]:
            yield item["connectionId"]["S"], item.get("sessionId", {}).get("S")
