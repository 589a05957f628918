"""Up to where a user's screens acknowledged a feed: the greatest number, whichever screen said it."""

from typing import Any, Final

import msgspec
from botocore.exceptions import ClientError

from functions.aws.attributes import Item, to_item
from functions.aws.faults import CONDITION_FAILED, code_of, unavailable
from functions.aws.feeds.keys import ACKNOWLEDGED, acknowledged_key
from functions.domain.feeds.feeds import Pointer, has_expired
from functions.names import TTL_ATTRIBUTE

_LATER: Final = (
    f"attribute_not_exists(feed) OR {TTL_ATTRIBUTE} <= :now OR (seq < :seq AND acknowledged_at < :second)"
)
SECOND: Final = 1_000


class Acknowledged(msgspec.Struct, frozen=True):
    """Up to where a user acknowledged a feed, and when, epoch milliseconds."""

    user_id: str
    seq: int
    event_id: str
    at: int


class Acknowledgements:
    """The items ``a#`` of the feeds.

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

    def acknowledge(self, feed: str, user_id: str, upto: Pointer, now: int) -> int:
        """Keep that a user's screens have all of a feed up to a number; return the number that stands now.

        That is a smaller one where a screen of theirs acknowledged another less than a second ago, and a
        greater one where a screen is ahead. ``now`` in epoch milliseconds. Raises `Unavailable` if it cannot
        be written in time.
        """
        item = {
            "feed": feed,
            "key": acknowledged_key(user_id),
            "seq": upto.seq,
            "event_id": upto.event_id,
            "acknowledged_at": now,
            TTL_ATTRIBUTE: upto.expires_at,
        }
        values = {":now": now // 1000, ":seq": upto.seq, ":second": now - SECOND}
        with unavailable():
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=to_item(item),
                    ConditionExpression=_LATER,
                    ExpressionAttributeValues=to_item(values),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise
                return int(error.response["Item"]["seq"]["N"])  # type: ignore[typeddict-item]  # of this error
        return upto.seq

    def of(self, feed: str, now: int) -> list[Acknowledged]:
        """Return up to where each user acknowledged a feed, ``now`` in epoch milliseconds.

        A feed is one user's, so that one page has them all. Raises `Unavailable` if the table cannot be read
        in time.
        """
        with unavailable():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="feed = :feed AND begins_with(#key, :acknowledged)",
                ExpressionAttributeNames={"#key": "key"},
                ExpressionAttributeValues=to_item({":feed": feed, ":acknowledged": ACKNOWLEDGED}),
                ConsistentRead=True,
            )
        return [
            _acknowledged(item)
            for item in answer["Items"]
            if not has_expired(int(item[TTL_ATTRIBUTE]["N"]), now)
        ]


def _acknowledged(item: Item) -> Acknowledged:
    return Acknowledged(
        item["key"]["S"].removeprefix(ACKNOWLEDGED),
        int(item["seq"]["N"]),
        item["event_id"]["S"],
        int(item["acknowledged_at"]["N"]),
    )
