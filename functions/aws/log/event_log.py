"""The log: appends an event once, alone or in one transaction with its claims, and reads it back."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from functions.aws.attributes import Item
from functions.aws.faults import (
    CANCELLED,
    CONDITION_FAILED,
    cancellation,
    code_of,
    is_transient,
    unavailable,
)
from functions.aws.log.arrivals import stamp
from functions.aws.log.attempts import attempt
from functions.aws.log.claim_items import action, held_value, is_refused, is_undecided, is_unknown
from functions.aws.log.event_items import encode
from functions.aws.log.event_pages import pages
from functions.aws.log.patience import USUAL, Patience
from functions.domain.log.claims import Claim, Standing
from functions.domain.log.events import Event
from functions.domain.refusals import Unavailable

_APPEND = "attribute_not_exists(event_id)"
_REMEMBERED = 1_000
"""Coalesced events that an instance knows to be there: of one container, for the minutes at hand."""


def _now() -> int:
    return time.time_ns() // 1_000_000


class ClaimRefusedError(Exception):
    """Claims were not granted, so nothing was appended.

    Attributes
    ----------
    standing
        What stands against each of them, in the order in which they were asked for.
    """

    def __init__(self, standing: Mapping[Claim, str | None]) -> None:
        self.standing: Standing = {claim.key: value for claim, value in standing.items()}
        super().__init__(", ".join(f"{key} holds {value!r}" for key, value in self.standing.items()))


class EventLog:
    """The ``events`` table and the claims that are decided with it.

    Parameters
    ----------
    client
        A DynamoDB client.
    events, claims
        The tables' names; no name of claims for a writer that makes none.
    now
        Tells the time in epoch milliseconds, which is stamped on what is appended.
    patience
        How long a transaction that others are in the way of is tried again.
    """

    def __init__(
        self,
        client: Any,
        events: str,
        claims: str | None = None,
        now: Callable[[], int] = _now,
        *,
        patience: Patience = USUAL,
    ) -> None:
        self._client = client
        self._patience = patience
        self._events = events
        self._claims = claims
        self._now = now
        self._known: dict[str, None] = {}

    def append_once(self, event: Event, *, deadline: float | None = None) -> None:
        """Append an event that many causes share, and write nothing if this instance knows that it is there.

        What is forgotten, with the container or by age, costs a write that changes nothing. Takes and
        raises what `append` does.
        """
        key = f"{event.connection_id}#{event.event_id}"
        if key in self._known:
            return
        self.append(event, deadline=deadline)
        self._known[key] = None
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]

    def deadline(self) -> float:
        """Return until when attempts may begin of appends that begin now, for several that share it."""
        return self._patience.deadline()

    def append(self, event: Event, claims: tuple[Claim, ...] = (), *, deadline: float | None = None) -> bool:
        """Append an event, if its claims are granted; appending it again is a success and changes nothing.

        The time of its arrival stands beside it: no part of its id, and read by no fold. What was appended
        first keeps its stamp.

        Parameters
        ----------
        deadline
            What `deadline` gave: no attempt begins after it. By default the append has one of its own.

        Returns
        -------
        bool
            Whether it is new; False if the log had it already.

        Raises
        ------
        ClaimRefusedError
            If a claim is not granted; it tells of all that are not.
        Unavailable
            If the log cannot take it in time. Whether it was written is unknown; trying again is safe.
        """
        if deadline is not None and self._patience.is_over(deadline):
            problem = "no time to begin"
            raise Unavailable(problem)
        put = self._put(event)
        pauses = self._patience.pauses(deadline)
        if claims:
            return self._transact(put, claims, pauses)
        with unavailable():
            try:
                attempt(lambda: self._client.put_item(**put), pauses)
            except ClientError as error:
                if code_of(error) == CONDITION_FAILED:
                    return False
                raise
        return True

    def append_exclusive(self, event: Event) -> str:
        """Append one of the events that share its id, and return the type of the one that is in the log.

        Whether it is new says less: it may have been written by an attempt whose answer was lost. Where that
        attempt's transaction is still under way, this waits for its end. Raises `Unavailable` as `append`.
        """
        put = {**self._put(event), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        with unavailable():
            try:
                attempt(lambda: self._client.put_item(**put), self._patience.pauses())
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise
                kept: str = error.response["Item"]["type"]["S"]  # type: ignore[typeddict-item]  # of this error
                return kept
        return event.type

    def _put(self, event: Event) -> dict[str, Any]:
        item = encode(event) | stamp(event.event_id, self._now())
        return {"TableName": self._events, "Item": item, "ConditionExpression": _APPEND}

    def _transact(self, put: dict[str, Any], claims: tuple[Claim, ...], pauses: Iterator[float]) -> bool:
        """Write all or nothing; the same actions again, while other transactions hold one of their items."""
        actions = [{"Put": put}, *(action(claim, self._claims) for claim in claims)]
        with unavailable():
            while True:
                try:
                    self._client.transact_write_items(TransactItems=actions)
                except ClientError as error:
                    if code_of(error) != CANCELLED:
                        raise
                    appended, *granted = cancellation(error)
                    if is_refused(appended):  # the transaction was done before, its claims with it
                        return False
                    reasons = dict(zip(claims, granted, strict=True))
                    standing = {claim: held_value(why) for claim, why in reasons.items() if is_refused(why)}
                    undecided = is_unknown(appended) or any(map(is_undecided, reasons, reasons.values()))
                    if standing and not undecided:
                        raise ClaimRefusedError(standing) from None
                    # all texts of one user meet in one count; botocore repeats no cancelled transaction
                    if not is_transient(error) or next(pauses, None) is None:
                        raise
                else:
                    return True

    def items(self, connection_id: str) -> Iterator[Item]:
        """Yield the items of a connection in the order of their ids, read consistently."""
        for page in self.pages(connection_id):
            yield from page

    def pages(self, connection_id: str) -> Iterator[list[Item]]:
        """Yield the items of a connection as `items` does, up to 1 MB at a time."""
        return pages(self._client, self._events, connection_id)
