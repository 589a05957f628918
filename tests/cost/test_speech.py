"""What ten minutes of speech use is what the code asks for, and a bill adds it up."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.accounting import spending
from cost import assumed, counts
from cost.speech import SECONDS, speech, write_units
from cost.stack import Stack
from functions.aws.log.event_log import EventLog
from functions.aws.log.lone_claims import LoneClaims
from functions.domain.frames.voice_frames import VoiceStart
from functions.domain.limits import Limits, Speaking
from functions.domain.log.claims import Claim, Take, run_key
from functions.domain.log.events import Event
from functions.domain.log.facts import VoiceSessionEnded
from functions.domain.log.ids import MINUTE
from functions.domain.replies.prompt import Role
from functions.domain.voice.endings import Reason, Totals, ended, kept, release
from functions.domain.voice.holding import first_held_until, given_back, renewal, renewal_due
from functions.domain.voice.openings import Opening, opening
from functions.domain.voice.turns import Kept, transcribed
from ops import prices
from tests.contract import engines
from tests.cost.stacks import stack
from tests.gateway_events import CONNECTED_AT, cause
from tests.stage import Stage, make_stage

DOUBLED = counts.TRANSACTION
AT = CONNECTED_AT + 1_000
ROW = DOUBLED * (counts.ROW + counts.SESSION)
"""Moto counts no index."""


@pytest.fixture
def stage() -> Iterator[Stage]:
    with engines.moto() as make_client:
        yield make_stage(make_client(), "speech")


def opened() -> Opening:
    frame = VoiceStart(id="v-1")
    return opening(frame, cause(at=AT), Limits(spoken=Speaking()))


def projected(stage: Stage, event: Event) -> int:
    """Return the write units of an event's projection."""
    with spending(stage.client) as spent:
        stage.project(event)
    return spent.write_units


def test_a_start_is_an_event_with_all_that_it_holds(stage: Stage) -> None:
    log, start = EventLog(stage.client, stage.tables.events, stage.tables.claims), opened()

    with spending(stage.client) as spent:
        log.append(start.event, start.claims)

    assert spent.write_units == DOUBLED * (counts.EVENT + counts.VOICE_START)
    assert projected(stage, start.event) == ROW


def test_a_run_is_a_claim_and_a_renewal_is_what_a_minute_holds(stage: Stage) -> None:
    claims, start = LoneClaims(stage.client, stage.tables.claims), opened().start

    with spending(stage.client) as running:
        claims.grant([Take(run_key(start.voice_session_id, 1), "r", 0, 2**40)], "r")
    with spending(stage.client) as renewing:
        claims.grant(renewal(start, start.held_until, 3_600), "n")

    assert running.write_units == DOUBLED * counts.CLAIM
    assert renewing.write_units == DOUBLED * counts.RENEWAL


@pytest.mark.parametrize(
    ("second", "renewals"), [(0, counts.RENEWALS - 1), (1, counts.RENEWALS), (59, counts.RENEWALS)]
)
def test_a_minute_is_renewed_in_each_minute_of_the_clock(second: int, renewals: int) -> None:
    began = 1_000_000 * MINUTE + second * 1_000
    held_until, renewed = first_held_until(began), 0
    while renewal_due(held_until) < began + SECONDS * 1_000:
        held_until, renewed = held_until + 60, renewed + 1

    assert renewed == renewals


def test_an_end_gives_back_what_it_held_at_the_most(stage: Stage) -> None:
    log, start = EventLog(stage.client, stage.tables.events, stage.tables.claims), opened()
    log.append(start.event, start.claims)
    end = ended(start.start, Reason.CLIENT, Totals(), AT + 9_000)
    assert isinstance(end.fact, VoiceSessionEnded)
    back = given_back(start.start, start.start.held_until, end.at)
    claims: tuple[Claim, ...] = (kept(start.start, end.fact, end.at // 1_000), *back, release(start.start))

    with spending(stage.client) as spent:
        log.append(end, claims)

    assert spent.write_units == DOUBLED * (counts.EVENT + counts.VOICE_END)
    stage.project(start.event)
    assert projected(stage, end) == ROW + DOUBLED * counts.COUNTERS_OF_VOICE_SESSION


def test_a_turn_is_an_event_a_message_and_what_is_counted_of_it(stage: Stage) -> None:
    log, start = EventLog(stage.client, stage.tables.events), opened()
    stage.project(start.event)
    turn = transcribed(start.start, Kept(1, Role.USER, "How are you?", AT + 5_000))

    with spending(stage.client) as spent:
        log.append(turn)

    assert spent.write_units == counts.EVENT
    # the row of the connection stays as it is
    assert projected(stage, turn) == DOUBLED * (counts.SESSION + counts.MESSAGE + counts.COUNTERS_OF_TURN)


def spoken(name: str, **groups: object) -> Stack:
    groups = {"voice": {"enabled": "true", "engine": "echo"}, **groups}
    written: dict[str, Any] = {group: json.dumps(value) for group, value in groups.items()}
    return stack(name, endpoint="http://127.0.0.1:4566", **written)


def used(name: str, price: prices.Price, **groups: object) -> float:
    lines = speech(spoken(name, **groups)).lines
    return sum(use.quantity for line in lines for use in line.uses if use.price == price)


def test_ten_minutes_take_so_many_units_messages_and_events() -> None:
    held = 2 * (3 + counts.VOICE_START + 1 + counts.RENEWALS * counts.RENEWAL + 3 + counts.VOICE_END)
    turns, others = assumed.TURNS, 2 + 10
    projections = 2 * (others * 6 + counts.COUNTERS_OF_VOICE_SESSION + turns * (3 + 3))

    assert write_units(spoken("dev")) == held + 3 * (10 + turns) + projections + turns == 946
    assert used("dev", prices.WRITE_UNITS) == 946
    assert used("dev", prices.CHANNEL_EVENTS) == 12_000
    assert used("dev", prices.MESSAGES) == 6_000 + 1_200 + 160 + 5
    assert used("dev", prices.GB_SECONDS) > 300


def test_a_larger_function_costs_more_and_so_do_lines_of_the_gateway() -> None:
    usual = speech(spoken("dev")).dollars

    assert (
        speech(spoken("dev", functions={"sizes": {"voiceSession": {"memoryMb": "1024"}}})).dollars
        > usual + 0.003
    )
    assert speech(spoken("dev", api={"accessLogs": "true"})).dollars > usual + 0.001
