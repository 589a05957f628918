"""Reads of the sessions table: a user's sessions, the one that was active last first."""

from collections.abc import Sequence
from typing import Any, Final

from functions.aws import batch_reads
from functions.aws.attributes import Item, to_item
from functions.aws.faults import unavailable
from functions.aws.read_models.session_items import is_expired, key_of, session_of, to_key
from functions.domain.texts.listing import Listed, Place
from functions.domain.texts.sessions import Session, SessionKey
from functions.names import SESSIONS_BY_ACTIVITY

_MOST_QUERIES: Final = 5
"""For one page: what has expired is in the index for a while, and is not shown."""


class SessionLists:
    """The sessions table, read only: the projector alone writes it, so it lags behind the log.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def page(self, user_id: str, limit: int, after: Place | None, now: int) -> Listed:
        """Return a page of a user's sessions, the one that was active last first.

        A session that becomes active meanwhile moves to the beginning of the list, so that a list in progress
        may miss it, and shows none twice.

        Parameters
        ----------
        user_id
            The user.
        limit
            The most sessions; there may be fewer, also where there are more.
        after
            Where to go on.
        now
            Epoch milliseconds: what has expired by then is left out.

        Raises
        ------
        Unavailable
            If the table cannot be read in time.
        """
        sessions: list[Session] = []
        for _ in range(_MOST_QUERIES):
            # one more than can be shown tells whether there are more
            asked = limit - len(sessions) + 1
            found = self._indexed(user_id, asked, after)
            is_last, found = len(found) < asked, found[: asked - 1]
            sessions += self._unexpired(found, now // 1000)
            if is_last:
                return Listed(_ordered(sessions))
            after = Place(found[-1]["session_id"]["S"], int(found[-1]["last_activity"]["N"]))
            if len(sessions) == limit:
                break
        return Listed(_ordered(sessions), after)

    def _indexed(self, user_id: str, most: int, after: Place | None) -> list[Item]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": SESSIONS_BY_ACTIVITY,
            "KeyConditionExpression": "user_id = :user",
            "ExpressionAttributeValues": to_item({":user": user_id}),
            "ScanIndexForward": False,
            "Limit": most,
        }
        if after is not None:
            place = {"session_id": after.session_id, "last_activity": after.last_activity}
            query["ExclusiveStartKey"] = to_item({"user_id": user_id, **place})
        with unavailable():
            items: list[Item] = self._client.query(**query)["Items"]
        return items

    def _unexpired(self, found: Sequence[Item], now: int) -> list[Session]:
        """Return the sessions of keys, read consistently: the index has keys only, and lags."""
        keys = dict.fromkeys(map(key_of, found))
        asked: list[tuple[str, Item]] = [(self._table, to_key(key)) for key in keys]
        items: dict[SessionKey, Item] = {
            key_of(item): item for _, item in batch_reads.read(self._client, asked)
        }
        return [session_of(items[key]) for key in keys if key in items and not is_expired(items[key], now)]


def _ordered(sessions: Sequence[Session]) -> tuple[Session, ...]:
    """Return a page in the order of what is shown: the index may have had what was before."""
    return tuple(
        sorted(sessions, key=lambda session: (session.last_activity, session.session_id), reverse=True)
    )
