"""What a hostile client can make the backend write in a minute, whatever it sends."""

from collections.abc import Iterator

import pytest

from functions.aws.log.event_log import EventLog
from tests import hostile
from tests.contract import engines
from tests.hostile import CODES, LIMITS, Hostility
from tests.tables import create_tables

FRAMES = 500


@pytest.fixture(scope="module")
def hostility() -> Iterator[Hostility]:
    with engines.moto() as make_client:
        client = make_client()
        tables = create_tables(client, "t")
        yield hostile.minute(client, EventLog(client, tables.events, tables.claims), tables.claims, FRAMES)


def test_it_provokes_every_refusal(hostility: Hostility) -> None:
    assert {cost.refused for cost in hostility.costs} == {
        None,
        "invalid_json",
        "invalid_message",
        "unknown_type",
        "too_large",
        "rate_limited",
        "not_found",
        "conflict",
    }


def test_the_events_of_a_minute_are_bounded(hostility: Hostility) -> None:
    events = hostility.events

    assert events["TextMessageReceived"] == LIMITS.texts
    assert events["VoiceSessionStarted"] == LIMITS.voice_sessions
    assert events["ActivityRecorded"] <= 1
    assert events["MessageRejected"] == CODES
    assert events.total() <= LIMITS.texts + LIMITS.voice_sessions + 1 + CODES


def test_a_refused_frame_costs_one_failed_write_at_most(hostility: Hostility) -> None:
    refused = [cost for cost in hostility.costs if cost.refused]

    assert len(refused) > FRAMES / 2
    assert max(cost.failed for cost in refused) == 1
    assert sum(cost.writes - cost.failed for cost in refused) == CODES


def test_no_frame_costs_more_than_one_write_beside_the_record_of_its_refusal(hostility: Hostility) -> None:
    recorded = [cost for cost in hostility.costs if cost.writes > 1]

    assert max(cost.writes for cost in hostility.costs) == 2
    assert all(cost.refused for cost in recorded)
    assert len(recorded) <= CODES


def test_what_is_refused_is_passed_on_to_nobody(hostility: Hostility) -> None:
    refused = [cost for cost in hostility.costs if cost.refused]

    assert sum(cost.published + cost.invoked for cost in refused) == 0
    assert sum(cost.published for cost in hostility.costs) > 0
    assert sum(cost.invoked for cost in hostility.costs) == LIMITS.voice_sessions


def test_a_minute_reads_three_times_a_second_at_most(hostility: Hostility) -> None:
    assert max(cost.reads for cost in hostility.costs) <= 2
    assert sum(cost.reads for cost in hostility.costs) <= 3 * 60
