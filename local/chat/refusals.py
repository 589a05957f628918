"""What an error means for the frame that it answers: again, on the next connection, or never."""

from collections.abc import Mapping
from typing import Final

from local.chat.actions import Action, Refused, Waiting
from local.chat.feed import Feed
from local.chat.frames import Frame
from local.chat.outbox import Outbox
from local.chat.requests import UNANSWERED_MS

LONGEST_WAIT_SECONDS: Final = 60
"""What the server takes later than this is refused: nobody waits for it."""
_AGAIN: Final = frozenset({"rate_limited", "unavailable"})
_ENDS: Final = frozenset({"token_expired", "unauthorized"})
"""The connection is over; on the next one the frame is sent again."""


def refused(frame: Frame, outbox: Outbox, feeds: Mapping[str, Feed], now: int) -> list[Action]:
    """Take an error; return what is to be shown."""
    code, seconds = frame.data["code"], frame.data.get("retryAfter", 1)
    is_for_now = code in _AGAIN
    again_at = now + int(seconds * 1_000)
    without_id = Refused(code, frame.data["message"])
    if outbox.resumes.refused(frame.id, again_at if is_for_now else now + UNANSWERED_MS):
        return [] if is_for_now else [without_id]
    if frame.id is None or frame.id not in outbox.requests:
        is_of_a_receipt = outbox.keeping.refused(frame.id)
        return [] if is_of_a_receipt else [Refused(code, frame.data["message"], frame.id)]
    if is_for_now and seconds <= LONGEST_WAIT_SECONDS:
        outbox.requests[frame.id].due_at = again_at
        outbox.requests[frame.id].tries = 0
        return [Waiting(frame.id, code, seconds)]
    if code in _ENDS:
        return [without_id]
    asked = outbox.requests.pop(frame.id) or {}
    feed = feeds.get(asked["data"].get("feed", "")) if asked["type"] == "history" else None
    shown = feed.give_up_loading() if feed is not None and feed.is_loading else []
    return [Refused(code, frame.data["message"], frame.id), *shown]
