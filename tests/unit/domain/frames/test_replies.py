"""What is sent again under its id, and what becomes of another frame under the same id."""

import pytest

from functions.domain.frames.decisions import decide
from functions.domain.frames.protocol import (
    Recorded,
    TextMessage,
    TextMessageData,
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
from functions.domain.log.claims import Take
from functions.domain.log.ids import lowest
from tests.gateway_events import CONNECTED_AT, CONNECTION, cause
from tests.unit.domain.frames.bodies import refused_claims

BEGAN = CONNECTED_AT + 1_000
SESSION = lowest(BEGAN)
VOICE = f"voice#{CONNECTION}"
REPLY = "reply#s-1 one"
FRAMES: dict[str, Recorded] = {
    "a text": TextMessage(id="one", data=TextMessageData("hello")),
    "another text": TextMessage(id="one", data=TextMessageData("goodbye")),
    "a start": VoiceStart(id="one"),
    "a start at 8 kHz": VoiceStart(id="one", data=VoiceStartData(8000)),
    "a start by a voice": VoiceStart(id="one", data=VoiceStartData(voice="tiffany")),
    "an end": VoiceEnd(id="one", data=VoiceEndData(SESSION, 7)),
    "an end after another frame": VoiceEnd(id="one", data=VoiceEndData(SESSION, 8)),
    "an end of another session": VoiceEnd(id="one", data=VoiceEndData(lowest(BEGAN + 1), 7)),
}


def reply_of(frame: Recorded) -> Take:
    """Return the claim on a frame's one answer, which comes before all others."""
    claim, *_ = decide(frame, cause()).claims
    assert isinstance(claim, Take)
    return claim


def recorded(frame: Recorded, event_id: str = SESSION) -> str:
    """Return what the claim holds after a frame was answered, whose event has that id."""
    return f"{event_id}#{reply_of(frame).value.partition('#')[2]}"


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_every_frame_that_is_recorded_claims_its_one_answer_for_a_day(frame: Recorded) -> None:
    decision = decide(frame, cause())
    claim = reply_of(frame)

    assert decision.event is not None
    assert (claim.key, claim.value.partition("#")[0]) == (REPLY, decision.event.event_id)
    assert (claim.now, claim.expires_at - claim.now) == (cause().at // 1000, 86_400)
    assert claim.overrides_below == ""


@pytest.mark.parametrize("first", FRAMES)
@pytest.mark.parametrize("second", FRAMES)
def test_ids_are_one_space_whatever_the_type(first: str, second: str) -> None:
    if first == second:
        return

    verdict = refused_claims(
        decide(FRAMES[second], cause()), {REPLY: recorded(FRAMES[first]), VOICE: SESSION}
    )

    assert verdict.code == "conflict"
    assert verdict.message == "Another frame was sent under this id within 24 hours."
    assert verdict.voice_session_id is None


def test_a_start_that_leaves_out_what_is_usual_is_the_same_as_one_that_says_it() -> None:
    explicit = VoiceStart(id="one", data=VoiceStartData(16000, "lpcm"))

    assert reply_of(explicit) == reply_of(VoiceStart(id="one"))


def test_a_repeated_start_gets_its_voice_session_while_that_is_open() -> None:
    start = FRAMES["a start"]
    decision = decide(start, cause(request_id="again"), Limits(voice_sessions=0))
    count = decision.claims[-1].key

    assert decision.refused is not None
    answer = decision.refused({REPLY: recorded(start), VOICE: SESSION, count: None})

    assert answer == VoiceReady(id="one", data=VoiceReadyData(SESSION))


@pytest.mark.parametrize(
    "voice",
    [{}, {VOICE: None}, {VOICE: lowest(BEGAN + 5)}],
    ids=["free, expired, old or of another connection", "released", "of another start"],
)
def test_a_repeated_start_whose_voice_session_is_over_is_not_found(voice: dict[str, str | None]) -> None:
    start = FRAMES["a start"]

    verdict = refused_claims(decide(start, cause(request_id="again")), {REPLY: recorded(start), **voice})

    assert verdict.code == "not_found"
    assert verdict.message == "The voice session that this frame opened is not open any more."


@pytest.mark.parametrize("connected_at", [CONNECTED_AT, BEGAN + 60_000], ids=["here", "elsewhere"])
def test_a_repeated_end_gets_the_numbers_that_were_given(connected_at: int) -> None:
    end = FRAMES["an end"]
    again = cause(at=BEGAN + 90_000, request_id="again", connected_at=connected_at)
    decision = decide(end, again)

    assert decision.refused is not None
    answer = decision.refused({REPLY: recorded(end, lowest(BEGAN + 31_999)), VOICE: None})

    assert answer == VoiceEnded(id="one", data=VoiceEndedData(SESSION, 8, 31, "client"))
