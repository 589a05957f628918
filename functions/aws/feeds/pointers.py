"""The numbers of a feed: read from the top or from a position on, and given to events one by one."""

import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.attributes import Item, to_item
from functions.aws.faults import CONDITION_FAILED, code_of, unavailable
from functions.aws.feeds.keys import LAST_POINTER, POINTERS, pointer_key, seq_of
from functions.aws.log.patience import USUAL, Patience
from functions.domain.feeds.feeds import Pointer, has_expired
from functions.domain.feeds.numbering import Free, Has, Unnumbered, judge, judge_taken
from functions.domain.frames.feed_frames import Position
from functions.domain.refusals import Contended
from functions.names import TTL_ATTRIBUTE

_PAGE: Final = 20
_FREE: Final = f"attribute_not_exists(feed) OR {TTL_ATTRIBUTE} <= :now"


class Pointers:
    """The items ``m#`` of the feeds.

    Every method raises `Unavailable` if the table cannot be read or written in time.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    now
        Tells the time in epoch milliseconds.
    patience
        For how long a number is tried to be taken that rivals want as well.
    page
        How many numbers are read at a time where it is not known how many are needed.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        now: Callable[[], int],
        *,
        patience: Patience = USUAL,
        page: int = _PAGE,
    ) -> None:
        self._client = client
        self._table = table
        self._now = now
        self._patience = patience
        self._page = page

    def number(self, feed: str, event: Unnumbered) -> int:
        """Give an event the next number of a feed, and return it; the one that it has, if it has one.

        Of rivals for one number somebody gets it, so all of them go on at once: who paused would find the
        top further away.

        Raises
        ------
        Contended
            If rivals took every number that was free for as long as the patience lasts.
        """
        deadline = self._patience.deadline()
        verdict = self._find(feed, event)
        while isinstance(verdict, Free):
            taken = self._put(feed, verdict.seq, event)
            if taken is None:
                return verdict.seq
            verdict = judge_taken(event, taken)
            if isinstance(verdict, Free) and self._patience.is_over(deadline):
                problem = "rivals took all numbers"
                raise Contended(problem)
        return verdict.seq

    def _find(self, feed: str, event: Unnumbered) -> Has | Free:
        seen: list[Pointer] = []
        pages = self._pages(feed)
        verdict: Has | Free | None = None
        while verdict is None:
            page, is_last = next(pages)
            seen.extend(page)
            verdict = judge(event, seen, self._now(), whole=is_last)
        return verdict

    def _put(self, feed: str, seq: int, event: Unnumbered) -> Pointer | None:
        """Take a number for an event; return who has it, None if the event has it now."""
        now = self._now()
        values = {
            "feed": feed,
            "key": pointer_key(seq),
            "connection_id": event.connection_id,
            "event_id": event.event_id,
            "numbered_at": now,
            TTL_ATTRIBUTE: event.expires_at,
        }
        with unavailable():
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=to_item(values),
                    ConditionExpression=_FREE,
                    ExpressionAttributeValues=to_item({":now": now // 1000}),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise
                return _pointer(error.response["Item"])  # type: ignore[typeddict-item]  # of this error
        return None

    def from_top(self, feed: str, most: int, *, below: int | None = None) -> list[Pointer]:
        """Return what has not expired at the top of a feed, or next below a number, the greatest first.

        A page has more than are asked for where these are few: what expired stays for days, at the top too.
        """
        now = self._now()
        pages = self._pages(feed, max(most, self._page), below)
        pointers = (each for page, _ in pages for each in page)
        return list(islice((each for each in pointers if not has_expired(each.expires_at, now)), most))

    def top(self, feed: str) -> Position:
        """Return where a feed is."""
        for pointer in self.from_top(feed, 1):
            return Position(pointer.seq, pointer.event_id)
        return Position(0, "")

    def from_seq(self, feed: str, seq: int, most: int) -> list[Pointer]:
        """Return the pointers of a feed from a number on, in order."""
        query = self._query(feed, pointer_key(seq), LAST_POINTER, most)
        with unavailable():
            answer = self._client.query(**query, ScanIndexForward=True)
        return [_pointer(item) for item in answer["Items"]]

    def since(self, feed: str, at: int, most: int | None = None) -> list[Pointer]:
        """Return the pointers of a feed down to the first that was numbered before a time, from the top.

        Given how many there may be, the pages end with the one that has as many.
        """
        found: list[Pointer] = []
        for page, _ in self._pages(feed):
            found.extend(page)
            if found and (found[-1].numbered_at < at or len(found) >= (most or math.inf)):
                break
        return found

    def _pages(
        self, feed: str, size: int | None = None, below: int | None = None
    ) -> Iterator[tuple[list[Pointer], bool]]:
        """Yield the pointers of a feed from the top downwards, and whether they were the last."""
        last = LAST_POINTER if below is None else pointer_key(below - 1)
        query = {**self._query(feed, POINTERS, last, size or self._page), "ScanIndexForward": False}
        while True:
            with unavailable():
                answer = self._client.query(**query)
            start = answer.get("LastEvaluatedKey")
            yield [_pointer(item) for item in answer["Items"]], start is None
            if start is None:
                return
            query["ExclusiveStartKey"] = start

    def _query(self, feed: str, first: str, last: str, most: int) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "KeyConditionExpression": "feed = :feed AND #key BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#key": "key"},
            "ExpressionAttributeValues": to_item({":feed": feed, ":first": first, ":last": last}),
            "ConsistentRead": True,
            "Limit": most,
        }


def _pointer(item: Item) -> Pointer:
    return Pointer(
        seq_of(item["key"]["S"]),
        item["connection_id"]["S"],
        item["event_id"]["S"],
        int(item["numbered_at"]["N"]),
        int(item[TTL_ATTRIBUTE]["N"]),
    )
