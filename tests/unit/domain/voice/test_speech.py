"""How fast speech may come, and which of it is activity."""

import pytest

from functions.domain.frames.voice_frames import (
    SpeechFrame,
    VoiceData,
    VoiceDataData,
    VoiceEnd,
    VoiceEndData,
    VoiceListen,
    VoiceListenData,
    VoicePlayed,
    VoicePlayedData,
)
from functions.domain.log.events import Cause
from functions.domain.log.facts import ActivityRecorded
from functions.domain.log.ids import event_id, lowest, minute_of
from functions.domain.refusals import Refused
from functions.domain.voice.channels import Heard
from functions.domain.voice.speech import activity_of, said_by
from tests.gateway_events import CONNECTED_AT, CONNECTION, cause

BEGAN = CONNECTED_AT + 1_000
SESSION = lowest(BEGAN)


def later(milliseconds: int) -> Cause:
    """Return a cause that many milliseconds after the voice session began."""
    return cause(at=BEGAN + milliseconds)


def speech(seq: int, session: str = SESSION) -> VoiceData:
    return VoiceData(data=VoiceDataData(session, seq, b"\0"))


def ending(last_seq: int, session: str = SESSION) -> VoiceEnd:
    return VoiceEnd(id="e-1", data=VoiceEndData(session, last_seq))


@pytest.mark.parametrize(("seq", "milliseconds"), [(100, 0), (101, 20), (150, 1_000), (3_100, 60_000)])
def test_speech_may_run_at_50_frames_a_second_after_a_burst_of_100(seq: int, milliseconds: int) -> None:
    assert said_by(speech(seq), later(milliseconds)) == Heard(CONNECTION, seq, b"\0")
    assert said_by(ending(seq), later(milliseconds))


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
    for frame in (speech(seq), ending(seq)):
        with pytest.raises(Refused) as caught:
            said_by(frame, later(milliseconds))

        assert (caught.value.code, caught.value.retry_after) == ("rate_limited", retry_after)
        assert (
            caught.value.message
            == "Speech is ahead of its time: at most 100 frames, and 50 more each second."
        )


def test_what_was_too_early_is_accepted_when_it_comes_back() -> None:
    assert said_by(speech(201), later(3_000)) == Heard(CONNECTION, 201, b"\0")


@pytest.mark.parametrize(
    "frame",
    [
        speech(0, lowest(BEGAN + 1)),
        ending(0, lowest(BEGAN + 1)),
        VoicePlayed(data=VoicePlayedData(lowest(BEGAN + 1), 0, 0)),
        VoiceListen(data=VoiceListenData(lowest(BEGAN + 1))),
    ],
    ids=lambda frame: frame.__struct_config__.tag,
)
def test_a_voice_session_of_the_future_is_not_found(frame: SpeechFrame) -> None:
    with pytest.raises(Refused) as caught:
        said_by(frame, later(0))

    told = "The voice session is not open in this conversation."
    assert (caught.value.code, caught.value.message) == ("not_found", told)


def test_a_voice_session_may_be_older_than_its_connection() -> None:
    assert said_by(speech(0, lowest(CONNECTED_AT - 60_000)), later(0))


@pytest.mark.parametrize("seq", [0, 1, 599, 601, 1199])
def test_speech_is_no_activity_between_the_minutes(seq: int) -> None:
    assert activity_of(speech(seq), later(60_000)) is None


@pytest.mark.parametrize("seq", [600, 1200, 6000])
def test_speech_is_activity_every_600_frames(seq: int) -> None:
    event = activity_of(speech(seq), later(600_000))

    assert event is not None
    assert event.fact == ActivityRecorded(SESSION, seq + 1)


def test_an_end_is_no_activity() -> None:
    assert activity_of(ending(600), later(600_000)) is None


def test_activity_of_one_minute_is_one_event() -> None:
    minute = minute_of(BEGAN) + 120_000
    first = activity_of(speech(600), cause(at=minute, request_id="a"))
    last = activity_of(speech(1200), cause(at=minute + 59_999, request_id="b"))
    next_minute = activity_of(speech(1800), cause(at=minute + 60_000, request_id="c"))

    assert first is not None
    assert last is not None
    assert next_minute is not None
    assert first.event_id == last.event_id != next_minute.event_id
    assert first.event_id == event_id(minute, f"{CONNECTION}#{minute}#activity", "ActivityRecorded")
