"""What a frame that is no speech leads to: the event to append, the claims that go with it, and the answer.

Pure: an edge parses the request before, and acts and answers after.
"""

from collections.abc import Callable
from functools import partial
from typing import assert_never

import msgspec

from functions.domain.frames.allowances import refuse_beyond, reserves
from functions.domain.frames.counting import count, over_the_limit
from functions.domain.frames.feed_frames import Ack, History, Resume, TextCancel
from functions.domain.frames.pace import no_speech
from functions.domain.frames.protocol import Answer, Frame, Ping, Pong, TextAck, TextAckData, TextMessage
from functions.domain.frames.replies import First, first_event, first_of, reply_claims
from functions.domain.frames.session_frames import Sessions
from functions.domain.frames.voice_frames import VoiceData, VoiceEnd, VoiceListen, VoicePlayed, VoiceStart
from functions.domain.limits import USUAL, Limits
from functions.domain.log.claims import Claim, Standing, texts_key
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import TextMessageReceived
from functions.domain.log.ids import minute_of
from functions.domain.refusals import Refused


class Decision(msgspec.Struct, frozen=True):
    """What to append, if anything, with which claims, and what to answer.

    ``refused`` gives the answer, or raises `Refused`, when claims are not granted: it takes what stands
    against them. A frame that was answered before is told so before anything else is judged. ``repeated``
    tells which event that one made, where it can be announced once more.
    """

    event: Event | None
    answer: Answer | None
    claims: tuple[Claim, ...] = ()
    refused: Callable[[Standing], Answer] | None = None
    repeated: Callable[[Standing], First | None] | None = None


def decide(frame: Frame, cause: Cause, limits: Limits = USUAL) -> Decision:
    """Return what a frame leads to.

    Raises
    ------
    Refused
        ``invalid_message`` for what another function takes, and for speech: who can take it has done so.
    """
    match frame:
        case TextMessage():
            return _text(frame, cause, limits)
        case Ping():
            return Decision(None, Pong())
        case VoiceStart() | VoiceData() | VoiceEnd() | VoicePlayed() | VoiceListen():
            raise no_speech()
        case Resume() | History() | Ack() | TextCancel() | Sessions():
            # the gateway read no type in it, or another one: this function may not read the feeds
            raise Refused("invalid_message", "What is said of feeds has routes of its own.")
        case _:
            assert_never(frame)


def _text(frame: TextMessage, cause: Cause, limits: Limits) -> Decision:
    received = event(cause, TextMessageReceived(frame.data.text))
    replies = reply_claims(frame, received, cause.at)
    size = len(frame.data.text.encode())
    counted = count(
        texts_key(cause.user_id, minute_of(cause.at)), limits.texts, cause, size, limits.text_bytes
    )
    reserved = reserves(frame.data.text, cause, limits.allowance)

    def refused(standing: Standing) -> Answer:
        message_id = first_event(replies, standing)
        if message_id is None:
            refuse_beyond(reserved, standing, cause)
            raise over_the_limit(cause, f"{limits.texts} texts, and {limits.text_bytes} bytes in all of them")
        return TextAck(id=frame.id, data=TextAckData(message_id))

    answer = TextAck(id=frame.id, data=TextAckData(received.event_id))
    claims: tuple[Claim, ...] = (*replies, counted, *reserved)
    return Decision(received, answer, claims, refused, partial(first_of, replies))
