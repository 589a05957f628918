"""What is sent again under its id, and what becomes of another frame under the same id."""

import pytest

from functions.domain.frames.decisions import decide
from functions.domain.frames.protocol import Recorded, TextMessage, TextMessageData
from functions.domain.frames.voice_frames import VoiceStart, VoiceStartData
from functions.domain.limits import Limits, Speaking
from functions.domain.log.claims import Claim, Standing, Take
from functions.domain.log.events import Event
from functions.domain.log.ids import lowest
from functions.domain.refusals import Refused
from functions.domain.voice.openings import opening
from tests.gateway_events import CONNECTED_AT, cause
from tests.unit.domain.frames.bodies import refused_claims

SESSION = lowest(CONNECTED_AT + 1_000)
VOICE = "voice#s-1"
REPLY = "reply#s-1 one"
FRAMES: dict[str, Recorded] = {
    "a text": TextMessage(id="one", data=TextMessageData("hello")),
    "another text": TextMessage(id="one", data=TextMessageData("goodbye")),
    "a start": VoiceStart(id="one"),
    "a start at 8 kHz": VoiceStart(id="one", data=VoiceStartData(8000)),
    "a start by a voice": VoiceStart(id="one", data=VoiceStartData(voice="tiffany")),
}


def decided(frame: Recorded) -> tuple[Event | None, tuple[Claim, ...]]:
    """Return what a frame appends, and with which claims."""
    if isinstance(frame, VoiceStart):
        opened = opening(frame, cause(), Limits(spoken=Speaking()))
        return opened.event, opened.claims
    decision = decide(frame, cause())
    return decision.event, decision.claims


def refused(frame: Recorded, standing: Standing) -> Refused:
    """Return how a frame takes claims that are not granted."""
    if isinstance(frame, VoiceStart):
        with pytest.raises(Refused) as caught:
            opening(frame, cause(), Limits(spoken=Speaking())).refused(standing)
        return caught.value
    return refused_claims(decide(frame, cause()), standing)


def reply_of(frame: Recorded) -> Take:
    """Return the claim on a frame's one answer, which comes before all others."""
    claim, *_ = decided(frame)[1]
    assert isinstance(claim, Take)
    return claim


def recorded(frame: Recorded, event_id: str = SESSION) -> str:
    """Return what the claim holds after a frame was answered, whose event has that id."""
    return f"{event_id}#{reply_of(frame).value.partition('#')[2]}"


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_every_frame_that_is_recorded_claims_its_one_answer_for_a_day(frame: Recorded) -> None:
    event, _ = decided(frame)
    claim = reply_of(frame)

    assert event is not None
    assert (claim.key, claim.value.partition("#")[0]) == (REPLY, event.event_id)
    assert (claim.now, claim.expires_at - claim.now) == (cause().at // 1000, 86_400)
    assert claim.overrides_below == ""


@pytest.mark.parametrize("first", FRAMES)
@pytest.mark.parametrize("second", FRAMES)
def test_ids_are_one_space_whatever_the_type(first: str, second: str) -> None:
    if first == second:
        return

    verdict = refused(FRAMES[second], {REPLY: recorded(FRAMES[first]), VOICE: SESSION})

    assert verdict.code == "conflict"
    assert verdict.message == "Another frame was sent under this id within 24 hours."
    assert verdict.voice_session_id is None


def test_a_start_that_leaves_out_what_is_usual_is_the_same_as_one_that_says_it() -> None:
    explicit = VoiceStart(id="one", data=VoiceStartData(16000, "lpcm"))

    assert reply_of(explicit) == reply_of(VoiceStart(id="one"))
