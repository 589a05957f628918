"""What it costs to redact an event, by AWS's own engine."""

from typing import Any

import pytest

from functions.aws.log.event_log import EventLog
from functions.domain.log.facts import ConnectionClosed, ConnectionOpened, Fact, TextMessageReceived
from ops.erasure.events import rewrite
from tests.contract.engines import MakeClient
from tests.gateway_events import CONNECTED_AT
from tests.stage import happened
from tests.tables import create_tables

MOST_UNITS = 4
"""One for the table, one for the index by arrival, and two for that by user, where the item moves."""


class Consumed:
    """The write units of updates, as the engine tells them: of the table and of each index."""

    def __init__(self, client: Any) -> None:
        self.told: list[dict[str, Any]] = []
        client.meta.events.register("provide-client-params.dynamodb.UpdateItem", self._ask)
        client.meta.events.register("after-call.dynamodb.UpdateItem", self._hear)

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"

    def _hear(self, parsed: dict[str, Any], **_: Any) -> None:
        self.told.append(parsed["ConsumedCapacity"])


@pytest.mark.parametrize(
    "fact",
    [ConnectionOpened("203.0.113.7", "curl"), ConnectionClosed(1000, "bye"), TextMessageReceived("x" * 400)],
    ids=lambda fact: type(fact).__name__,
)
def test_to_redact_an_event_of_a_kilobyte_costs_at_most_four_write_units(
    aws_engine: MakeClient, fact: Fact
) -> None:
    client = aws_engine()
    tables = create_tables(client, f"erasure-{type(fact).__name__}")
    event = happened("c1", fact, session_id="talk", trace_id="Root=1-65f2a0b0-0123456789abcdef01234567")
    EventLog(client, tables.events, now=lambda: CONNECTED_AT).append(event)
    consumed = Consumed(client)

    assert rewrite(client, tables.events, event, "~" + "A" * 20)

    [told] = consumed.told
    assert set(told["GlobalSecondaryIndexes"]) == {"by-user", "by-arrival"}
    assert told["CapacityUnits"] <= MOST_UNITS
