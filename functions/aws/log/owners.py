"""Reads whose a session is, by the claim that was made when it began."""

from typing import Any

from functions.aws.log.claim_reads import held
from functions.domain.log.claims import session_key


class Owners:
    """The owners of sessions among the claims.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The name of the claims table.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def of(self, session_id: str, now: int) -> str | None:
        """Return the user whose session it is, None if it is nobody's; ``now`` in epoch milliseconds.

        Raises `Unavailable` if the table cannot be read in time.
        """
        owner = held(self._client, self._table, session_key(session_id))
        return None if owner is None or owner.is_over(now) else owner.value
