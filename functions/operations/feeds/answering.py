"""Answers what a client says of its feeds, each kind of frame by who knows about it."""

import msgspec

from functions.domain.frames.feed_frames import Ack, History, Resume, TextCancel
from functions.domain.frames.protocol import Answer, Frame
from functions.domain.frames.session_frames import Sessions
from functions.domain.log.events import Cause
from functions.domain.refusals import Refused
from functions.operations.feeds.acknowledging import Acknowledging
from functions.operations.feeds.cancelling import Cancelling
from functions.operations.feeds.history import Histories
from functions.operations.feeds.resuming import Resuming
from functions.operations.feeds.sessions import SessionPages


class Answering(msgspec.Struct, frozen=True):
    """Who answers."""

    resuming: Resuming
    histories: Histories
    acknowledging: Acknowledging
    cancelling: Cancelling
    sessions: SessionPages

    def act(self, frame: Frame, cause: Cause, _deadline: float) -> Answer | None:
        """Return the answer to a frame, None to one that has arrived; raises `Refused`."""
        match frame:
            case Resume():
                return self.resuming.resume(frame, cause)
            case History():
                return self.histories.page(frame, cause)
            case TextCancel():
                return self.cancelling.cancel(frame, cause)
            case Sessions():
                return self.sessions.page(frame, cause)
            case Ack():
                self.acknowledging.acknowledge(frame, cause)
                return None
            case _:
                # the gateway read another type in it
                raise Refused("invalid_message", "A frame has one type.")
