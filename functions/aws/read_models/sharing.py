"""Adds to sessions what rows share with them, as part of the rows' own transactions."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.attributes import to_attribute
from functions.aws.batch_reads import Key, read
from functions.aws.faults import cancellation, is_contended
from functions.aws.read_models.session_items import StoredSession, decode, encode, key_of, to_key
from functions.domain.texts.sessions import Session, SessionKey, add, added_up

ATTEMPTS: Final = 5
"""How often a transaction is begun again at once, where only the sessions of its rows were overtaken."""


class Sessions:
    """The sessions table, as the projector writes it.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    sleep
        Waits some seconds before what DynamoDB left unread is asked for again.
    """

    def __init__(self, client: Any, table: str, sleep: Callable[[float], None]) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def actions(self, shares: Iterable[Session | None], generation: int, now: int) -> list[dict[str, Any]]:
        """Return the actions of a transaction that add shares to their sessions, as they are at present.

        A session that an older generation has counted is begun anew, and one that a newer has is left to it.

        Parameters
        ----------
        shares
            What the transaction's rows share; None is nothing.
        generation
            The one that counts.
        now
            Epoch seconds: titles that have expired give way.

        Raises
        ------
        Unavailable
            If the table cannot be read in time.
        """
        sums = added_up(shares)
        known = dict(self._known(sums, generation))
        return [
            {"Put": put}
            for key, share in sums.items()
            if (put := self._put(share, known.get(key), generation, now)) is not None
        ]

    def _known(
        self, keys: Iterable[SessionKey], generation: int
    ) -> Iterator[tuple[SessionKey, StoredSession]]:
        asked: list[Key] = [(self._table, to_key(key)) for key in keys]
        for _, item in read(self._client, asked, sleep=self._sleep):
            yield key_of(item), decode(item, current=generation)

    def _put(
        self, share: Session, known: StoredSession | None, generation: int, now: int
    ) -> dict[str, Any] | None:
        counted, revision = (known.session, known.revision) if known else (None, 0)
        if known and known.generation > generation:
            return None
        new = share if counted is None else add(counted, share, now)
        if new == counted:
            return None
        put = {"TableName": self._table, "Item": encode(new, revision + 1, generation)}
        if revision == 0:
            return {**put, "ConditionExpression": "attribute_not_exists(session_id)"}
        return {
            **put,
            "ConditionExpression": "#revision = :read",
            "ExpressionAttributeNames": {"#revision": "revision"},
            "ExpressionAttributeValues": {":read": to_attribute(revision)},
        }


def only_sessions_were_overtaken(error: ClientError, rows: int, sessions: int) -> bool:
    """Tell whether a transaction failed because of its sessions alone: so many, after so many rows.

    Two connections of one session may be projected at once, by two shards or beside a rebuild. What their
    rows share is the same whoever was faster, so the session is read again, and nothing else.
    """
    if not is_contended(error):
        return False
    reasons = [reason.get("Code", "None") for reason in cancellation(error)]
    return all(rows <= position < rows + sessions for position, why in enumerate(reasons) if why != "None")
