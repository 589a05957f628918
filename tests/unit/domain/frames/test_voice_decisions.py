"""What voice sessions and speech lead to."""

import pytest

from functions.domain.frames.decisions import Decision, decide
from functions.domain.frames.protocol import (
    VoiceData,
    VoiceDataData,
    VoiceEnd,
    VoiceEndData,
    VoiceEnded,
    VoiceEndedData,
    VoiceReady,
    VoiceReadyData,
    VoiceStart,
    VoiceStartData,
)
from functions.domain.limits import Limits
from functions.domain.log.claims import Count, Release, Take
from functions.domain.log.events import Cause, event
from functions.domain.log.facts import ActivityRecorded, VoiceSessionEnded, VoiceSessionStarted
from functions.domain.log.ids import event_id, lowest, minute_of
from functions.domain.refusals import Refused
from tests.gateway_events import CONNECTED_AT, CONNECTION, cause
from tests.unit.domain.frames.bodies import refused_claims as refused

BEGAN = CONNECTED_AT + 1_000
SESSION = lowest(BEGAN)
NOT_OPEN = "The voice session is not open on this connection."
VOICE = f"voice#{CONNECTION}"
MINUTE = minute_of(cause().at)


def later(milliseconds: int) -> Cause:
    """Return a cause that many milliseconds after the voice session began."""
    return cause(at=BEGAN + milliseconds)


def speech(seq: int, session: str = SESSION) -> VoiceData:
    return VoiceData(data=VoiceDataData(session, seq, b"\0"))


def ending(last_seq: int, session: str = SESSION) -> VoiceEnd:
    return VoiceEnd(id="e-1", data=VoiceEndData(session, last_seq))


def test_a_voice_start_opens_the_one_voice_session() -> None:
    decision = decide(VoiceStart(data=VoiceStartData(24000, "lpcm", "tiffany")), cause())

    started = event(cause(), VoiceSessionStarted(24000, "lpcm", "tiffany"))
    assert decision.event == started
    assert decision.answer == VoiceReady(data=VoiceReadyData(started.event_id))
    assert decision.claims == (
        Take(
            VOICE,
            started.event_id,
            cause().at // 1000,
            CONNECTED_AT // 1000 + 7_200 + 900,
            overrides_below=lowest(cause().at - 900_000),
        ),
        Count(f"voices#alice#{MINUTE // 1000}", 6, MINUTE // 1000 + 3_600),
    )


def test_a_voice_session_may_be_taken_over_when_it_is_older_than_any_can_be() -> None:
    claim, _ = decide(VoiceStart(), later(900_000)).claims

    assert isinstance(claim, Take)
    assert lowest(BEGAN - 1) < claim.overrides_below
    assert not event(cause(at=BEGAN), VoiceSessionStarted(16000, "lpcm")).event_id < claim.overrides_below


def test_a_second_voice_session_is_a_conflict_that_names_the_first() -> None:
    verdict = refused(decide(VoiceStart(), cause()), {VOICE: SESSION})

    assert (verdict.code, verdict.voice_session_id) == ("conflict", SESSION)
    assert verdict.message == (
        "A voice session is open already on this connection. "
        "End it, or start another when it is 15 minutes old."
    )


def test_a_voice_session_beyond_the_limit_is_told_the_limit() -> None:
    decision = decide(VoiceStart(), cause(at=MINUTE), Limits(voice_sessions=2))

    verdict = refused(decision, {decision.claims[-1].key: None})

    assert (verdict.code, verdict.retry_after) == ("rate_limited", 60)
    assert verdict.message == "Too much in this minute: at most 2 voice sessions."


@pytest.mark.parametrize("seq", [1, 599, 601, 1199])
def test_speech_is_recorded_nowhere_between_the_minutes(seq: int) -> None:
    assert decide(speech(seq), later(60_000)) == Decision(None, None)


def test_the_first_frame_of_speech_is_no_activity_yet() -> None:
    assert decide(speech(0), later(0)) == Decision(None, None)


@pytest.mark.parametrize("seq", [600, 1200, 6000])
def test_speech_is_activity_every_600_frames(seq: int) -> None:
    decision = decide(speech(seq), later(600_000))

    assert decision.event is not None
    assert decision.event.fact == ActivityRecorded(SESSION, seq + 1)
    assert (decision.answer, decision.claims) == (None, ())


def test_activity_of_one_minute_is_one_event() -> None:
    minute = minute_of(BEGAN) + 120_000
    first = decide(speech(600), cause(at=minute, request_id="a")).event
    last = decide(speech(1200), cause(at=minute + 59_999, request_id="b")).event
    next_minute = decide(speech(1800), cause(at=minute + 60_000, request_id="c")).event

    assert first is not None
    assert last is not None
    assert next_minute is not None
    assert first.event_id == last.event_id != next_minute.event_id
    assert first.event_id == event_id(minute, f"{CONNECTION}#{minute}#activity", "ActivityRecorded")


@pytest.mark.parametrize(("seq", "milliseconds"), [(100, 0), (101, 20), (150, 1_000), (3_100, 60_000)])
def test_speech_may_run_at_50_frames_a_second_after_a_burst_of_100(seq: int, milliseconds: int) -> None:
    assert decide(speech(seq), later(milliseconds)).answer is None
    assert decide(ending(seq), later(milliseconds)).answer is not None


@pytest.mark.parametrize(
    ("seq", "milliseconds", "retry_after"),
    [
        (101, 0, 1),
        (101, 19, 1),
        (150, 0, 1),
        (151, 0, 2),
        (151, 980, 1),
        (151, 999, 1),
        (3_101, 60_000, 1),
        (200, 0, 2),
        (201, 0, 3),
    ],
)
def test_speech_that_is_ahead_of_its_time_is_told_when_to_come_back(
    seq: int, milliseconds: int, retry_after: int
) -> None:
    for frame in (speech(seq), VoiceEnd(data=VoiceEndData(SESSION, seq))):
        with pytest.raises(Refused) as caught:
            decide(frame, later(milliseconds))

        assert (caught.value.code, caught.value.retry_after) == ("rate_limited", retry_after)
        assert (
            caught.value.message
            == "Speech is ahead of its time: at most 100 frames, and 50 more each second."
        )


def test_what_was_too_early_is_accepted_when_it_comes_back() -> None:
    assert decide(speech(201), later(3_000)).answer is None


@pytest.mark.parametrize("began", [CONNECTED_AT - 1, BEGAN + 1])
def test_a_voice_session_that_cannot_be_this_connections_is_not_found(began: int) -> None:
    for frame in (speech(0, lowest(began)), VoiceEnd(data=VoiceEndData(lowest(began), 0))):
        with pytest.raises(Refused) as caught:
            decide(frame, later(0))

        assert (caught.value.code, caught.value.message) == ("not_found", NOT_OPEN)


def test_an_end_under_an_id_may_repeat_what_another_connection_ended() -> None:
    before = lowest(CONNECTED_AT - 1)

    assert decide(ending(0, before), later(0)).claims[-1] == Release(VOICE, before)


@pytest.mark.parametrize(
    ("frame", "code"), [(ending(200), "rate_limited"), (ending(0, lowest(BEGAN + 1)), "not_found")]
)
def test_what_an_end_under_an_id_may_not_say_is_refused_by_a_claim_that_nobody_grants(
    frame: VoiceEnd, code: str
) -> None:
    decision = decide(frame, later(0))

    assert decision.claims[-1] == Release(VOICE, "")
    assert refused(decision, {VOICE: SESSION}).code == code


@pytest.mark.parametrize("began", [CONNECTED_AT, BEGAN])
def test_a_voice_session_may_begin_with_the_connection_and_end_at_once(began: int) -> None:
    assert decide(speech(0, lowest(began)), later(0)).answer is None


def test_a_voice_end_gives_the_voice_session_up() -> None:
    decision = decide(ending(299), later(30_999))

    assert decision.event == event(later(30_999), VoiceSessionEnded(SESSION, 300, 30, "client"))
    assert decision.answer == VoiceEnded(id="e-1", data=VoiceEndedData(SESSION, 300, 30, "client"))
    assert decision.claims[-1] == Release(VOICE, SESSION)


def test_a_voice_session_may_end_without_a_frame() -> None:
    decision = decide(ending(-1), later(0))

    assert decision.answer == VoiceEnded(id="e-1", data=VoiceEndedData(SESSION, 0, 0, "client"))


@pytest.mark.parametrize("held", [None, lowest(BEGAN + 7)])
def test_a_voice_session_that_is_not_open_is_not_found(held: str | None) -> None:
    verdict = refused(decide(ending(0), later(0)), {VOICE: held})

    assert (verdict.code, verdict.message) == ("not_found", NOT_OPEN)
