"""Up to where a user's screens acknowledged a feed: the greatest number, whichever screen said it."""

from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.attributes import to_item
from functions.aws.faults import CONDITION_FAILED, code_of, unavailable
from functions.aws.feeds.keys import acknowledged_key
from functions.domain.feeds.feeds import Pointer
from functions.names import TTL_ATTRIBUTE

_LATER: Final = (
    f"attribute_not_exists(feed) OR {TTL_ATTRIBUTE} <= :now OR (seq < :seq AND acknowledged_at < :second)"
)
SECOND: Final = 1_000


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
