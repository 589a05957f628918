"""Lists the conversations of a user, for a client that shows them."""

from collections.abc import Callable

import msgspec

from functions.aws.log.counts import Counts
from functions.aws.read_models.sessions import SessionLists
from functions.domain.cursors import InvalidCursorError, from_cursor, to_cursor
from functions.domain.feeds.limits import FeedLimits
from functions.domain.frames.counting import count, over_the_limit
from functions.domain.frames.session_frames import Sessions, SessionsPage, SessionsPageData
from functions.domain.log.claims import histories_key
from functions.domain.log.events import Cause
from functions.domain.log.ids import minute_of
from functions.domain.refusals import Refused
from functions.domain.texts.listing import Place, shown


class SessionPages(msgspec.Struct, frozen=True):
    """What a page of sessions is made with, in one invocation."""

    lists: SessionLists
    counts: Counts
    limits: FeedLimits
    now: Callable[[], int]

    def page(self, frame: Sessions, cause: Cause) -> SessionsPage:
        """Return the page that a client asks for, of its own user's sessions.

        It is counted among the pages of history.

        Raises
        ------
        Refused
            ``invalid_message`` if the cursor is not of this list, ``rate_limited``, ``unavailable``.
        """
        scope = _scope(cause.user_id)
        try:
            after = from_cursor(frame.data.cursor, scope, Place)
        except InvalidCursorError:
            message = "The cursor is not one of this list. Begin it anew."
            raise Refused("invalid_message", message) from None
        most = self.limits.histories
        key = histories_key(cause.user_id, minute_of(cause.at))
        if not self.counts.count(count(key, most, cause)):
            raise over_the_limit(cause, f"{most} pages of history")
        now = self.now()
        listed = self.lists.page(cause.user_id, frame.data.limit, after, now)
        data = SessionsPageData(
            tuple(shown(session, now // 1000) for session in listed.sessions),
            None if listed.after is None else to_cursor(listed.after, scope),
        )
        return SessionsPage(id=frame.id, data=data)


def _scope(user_id: str) -> bytes:
    return f"sessions {user_id}".encode()
