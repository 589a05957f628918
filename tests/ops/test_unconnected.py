"""What belongs to no connection is in the log, and makes no connection: who reads the log knows it."""

import msgspec
import pytest

from functions.aws.feeds.stores import feed_stores
from functions.domain.feeds.feeds import feed_of
from functions.domain.feeds.numbering import Unnumbered
from functions.domain.log.facts import ConnectionOpened
from functions.domain.log.unconnected import is_connection, unconnected_key
from functions.names import CONNECTIONS_KEY
from ops.audit.meter import Meter
from ops.audit.selection import Selection
from ops.audit.states import state, states
from ops.deployment import Deployment
from ops.feeds.comparing import compare_feeds
from ops.read_models.rebuild import rebuild
from ops.read_models.refolding import refold
from ops.read_models.verify import verify
from tests.in_turn import InTurn
from tests.stage import NOW, Stage, happened, notified

OPENED = happened("c1", ConnectionOpened(), session_id="talk")
SENT = notified("talk")
TO_USER = notified()


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.happen(OPENED, SENT, TO_USER)
    return stage


def rows(stage: Stage) -> list[str]:
    return [item[CONNECTIONS_KEY[0]]["S"] for item in stage.items(stage.tables.connections)]


def test_no_connection_has_such_a_key() -> None:
    assert not is_connection(unconnected_key(SENT.event_id))
    assert is_connection("AbC-_9=")


def test_the_projector_makes_no_row_of_it(stage: Stage) -> None:
    assert rows(stage) == ["c1"]
    assert stage.project(SENT) == {"batchItemFailures": []}


def test_the_projector_counts_it_in_its_line(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "airium")

    stage.project(OPENED, SENT, TO_USER)
    stage.project(OPENED)

    lines = [vars(each) for each in caplog.records]
    assert [(line["records"], line["connections"], line.get("notifications")) for line in lines] == [
        (3, 1, 2),
        (1, 1, None),
    ]


def test_a_rebuild_makes_no_row_of_it(stage: Stage) -> None:
    rebuilt = rebuild(stage.deployment, wait_seconds=0, now=lambda: NOW / 1000, threads=InTurn)

    assert rebuilt.connections == 1
    assert rows(stage) == ["c1"]


def test_a_redrive_makes_no_row_of_it(stage: Stage) -> None:
    assert refold(stage.deployment, [SENT.connection_id], NOW / 1000) == frozenset()

    assert rows(stage) == ["c1"]


def test_verify_misses_no_row_of_it(stage: Stage) -> None:
    verified = verify(stage.deployment, at_rest=True, now=lambda: NOW / 1000, threads=InTurn)

    assert (verified.connections, verified.differences) == (1, ())


def test_nobody_was_connected_by_it(stage: Stage) -> None:
    at_that_time = states(stage.deployment, Selection(0, 0, user_id="alice"), Meter(), NOW)

    assert [each.connection_id for each in at_that_time] == ["c1"]
    assert state(stage.deployment, SENT.connection_id, Meter(), NOW) is None


def test_verify_compares_it_with_the_feeds(stage: Stage) -> None:
    tables = stage.tables
    feeds = feed_stores(stage.client, feeds=tables.feeds, events=tables.events, now=lambda: NOW)
    unnumbered = Unnumbered(SENT.connection_id, SENT.event_id, NOW, SENT.expires_at)
    feeds.pointers.number(feed_of(SENT) or "", unnumbered)
    outputs = msgspec.structs.replace(stage.deployment.outputs, feeds_table=tables.feeds)
    deployment = Deployment(outputs)

    compared = compare_feeds(deployment, NOW / 1000, at_rest=True, threads=InTurn)

    [missing] = compared.differences
    assert compared.numbers == 1
    assert missing.what == f"event user#alice {TO_USER.connection_id} {TO_USER.event_id}"
