"""Claims with which nothing is appended: granted together or not at all, and read."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from functions.aws.faults import CANCELLED, cancellation, code_of, is_transient, unavailable
from functions.aws.log.claim_items import action, held_value, is_refused, is_undecided
from functions.aws.log.claim_reads import Held, held
from functions.aws.log.event_log import ClaimRefusedError
from functions.aws.log.patience import USUAL, Patience
from functions.domain.log.claims import Claim


class LoneClaims:
    """The ``claims`` table, for who appends nothing with a claim.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    patience
        How long a transaction that others are in the way of is tried again.
    """

    def __init__(self, client: Any, table: str, *, patience: Patience = USUAL) -> None:
        self._client = client
        self._table = table
        self._patience = patience

    def grant(self, claims: Sequence[Claim], token: str) -> None:
        """Grant claims, all or none.

        Parameters
        ----------
        token
            What repetitions within ten minutes have in common, 36 characters at most: the same claims under
            the same token are granted once, however often that is asked.

        Raises
        ------
        ClaimRefusedError
            If one of them is not granted; it tells of all that are not.
        Unavailable
            If the table cannot take them in time. Whether they were granted is unknown; asking again is safe.
        """
        actions = [action(claim, self._table) for claim in claims]
        pauses = self._patience.pauses()
        with unavailable():
            while True:
                try:
                    self._client.transact_write_items(TransactItems=actions, ClientRequestToken=token)
                except ClientError as error:
                    if code_of(error) != CANCELLED:
                        raise
                    reasons = dict(zip(claims, cancellation(error), strict=True))
                    standing = {claim: held_value(why) for claim, why in reasons.items() if is_refused(why)}
                    if standing and not any(map(is_undecided, reasons, reasons.values())):
                        raise ClaimRefusedError(standing) from None
                    if not is_transient(error) or next(pauses, None) is None:
                        raise
                else:
                    return

    def held(self, key: str) -> Held | None:
        """Return what a key holds, read consistently, None if nothing; may raise `Unavailable`."""
        return held(self._client, self._table, key)
