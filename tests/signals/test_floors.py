"""What one user may do within their limits wakes nobody, and what many do at once wakes somebody."""

from bisect import bisect_right
from typing import Final

import pytest

from functions.domain.frames.decisions import decide
from functions.domain.frames.pace import FRAMES_BURST, FRAMES_PER_SECOND, keep_pace
from functions.domain.frames.protocol import TextMessage, TextMessageData
from functions.domain.frames.voice_frames import VoiceStart
from functions.domain.limits import Limits, Speaking
from functions.domain.log.claims import Claim, Count
from functions.domain.log.ids import lowest
from functions.domain.refusals import Refused
from functions.domain.voice.openings import opening
from infra.settings.identity import LimitSettings
from infra.settings.signals import AlarmSettings
from infra.signals.floors import SPEECH_AHEAD, SPEECH_PER_SECOND, frames_of_one_user, requests_of_one_user
from tests.docs.markdown import ROOT
from tests.gateway_events import CONNECTED_AT, cause
from tests.infra.program import signalling
from tests.signals.expressions import rings

PERIOD: Final = 300
TOUCHED: Final = 6
"""The minutes of the clock that five minutes touch, unless they begin with one."""
LIMITS: Final = LimitSettings()


def granted(claims: tuple[Claim, ...]) -> int:
    """Return how many the claim grants that counts them, in one minute of the clock."""
    (most,) = [claim.limit for claim in claims if isinstance(claim, Count)]
    return most


def speech(seconds: int) -> int:
    """Return how many frames a voice session may have sent, so many seconds after it began."""
    now = cause(at=CONNECTED_AT + seconds * 1000)

    def refused(seq: int) -> bool:
        try:
            keep_pace(lowest(CONNECTED_AT), seq, now)
        except Refused:
            return True
        return False

    return bisect_right(range(1_000_000), 0, key=refused) - 1


def allowed(limits: LimitSettings) -> int:
    """Return how many frames the functions let one user send in five minutes, by their own rules."""
    own = Limits(
        limits.texts_per_minute,
        limits.voice_sessions_per_minute,
        limits.text_bytes_per_minute,
        spoken=Speaking(),
    )
    texts = TOUCHED * granted(decide(TextMessage(data=TextMessageData("hello")), cause(), own).claims)
    voices = TOUCHED * granted(opening(VoiceStart(), cause(), own).claims)
    # each connection speaks all the time, and whatever begins may be ahead
    spoken = limits.connections_per_user * speech(PERIOD) + voices * speech(0)
    return texts + 2 * voices + spoken


def test_the_pace_of_speech_is_that_of_the_functions() -> None:
    assert (SPEECH_PER_SECOND, SPEECH_AHEAD) == (FRAMES_PER_SECOND, FRAMES_BURST)


@pytest.mark.parametrize(
    "limits",
    [
        LIMITS,
        LimitSettings.model_validate(
            {"connectionsPerUser": 1, "textsPerMinute": 1, "voiceSessionsPerMinute": 1}
        ),
        LimitSettings.model_validate(
            {"connectionsPerUser": 1_000, "textsPerMinute": 6_000, "voiceSessionsPerMinute": 30}
        ),
    ],
)
def test_a_floor_is_all_that_one_user_may_send(limits: LimitSettings) -> None:
    assert frames_of_one_user(limits, PERIOD) == allowed(limits)
    assert requests_of_one_user(limits, PERIOD) == allowed(limits) + PERIOD * limits.connections_per_user


def test_the_runbook_says_how_high_the_floors_are() -> None:
    told = f"{allowed(LIMITS):,} frames, or {requests_of_one_user(LIMITS, PERIOD):,} frames and handshakes"

    assert told in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_one_user_all_of_whose_frames_are_refused_wakes_nobody() -> None:
    most = allowed(LIMITS)

    assert not rings(signalling("prod"), "frames-refused", {"part": most, "frames": most})
    assert rings(signalling("prod"), "frames-refused", {"part": most + 1, "frames": most + 1})


def test_many_refused_frames_are_bad_only_among_few_others() -> None:
    many = 200_000

    assert rings(signalling("prod"), "frames-refused", {"part": many, "frames": many * 4})
    assert not rings(signalling("prod"), "frames-refused", {"part": many, "frames": many * 5})


def test_one_user_who_is_turned_away_all_the_time_wakes_nobody() -> None:
    most = requests_of_one_user(LIMITS, PERIOD)

    assert not rings(signalling("prod"), "client-errors", {"part": most})
    assert rings(signalling("prod"), "client-errors", {"part": most + 1})


def test_many_who_are_turned_away_are_bad_only_among_few_others() -> None:
    many = 200_000

    assert rings(signalling("prod"), "client-errors", {"part": many, "connects": many, "messages": 2 * many})
    assert not rings(
        signalling("prod"), "client-errors", {"part": many, "connects": many, "messages": 3 * many}
    )


def test_one_user_within_the_limits_does_not_reach_the_cost_guard() -> None:
    frames, handshakes = frames_of_one_user(LIMITS, 60), 60 * LIMITS.connections_per_user
    # ticket, the authorizer, and lifecycle twice; the projector runs for each of their events at the most
    invocations = {"m3": frames, "m0": handshakes, "m1": handshakes, "m2": 2 * handshakes, "m4": 5_000}

    assert not rings(signalling("prod"), "cost-guard", invocations)


def test_the_cost_guard_counts_all_functions_together_also_those_that_did_not_run() -> None:
    guard = AlarmSettings().invocations_per_minute

    assert not rings(signalling("prod"), "cost-guard", {"m3": guard - 1, "m7": 1})
    assert rings(signalling("prod"), "cost-guard", {"m3": guard, "m7": 1})


@pytest.mark.parametrize("alarm", ["api-integration-errors", "projector-silent"])
def test_what_something_else_explains_is_good(alarm: str) -> None:
    assert rings(signalling("prod"), alarm, {"what": 1})
    assert not rings(signalling("prod"), alarm, {"what": 9, "without": 1})
    assert not rings(signalling("prod"), alarm, {"what": 0})
