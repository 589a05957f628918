"""How often what is sent again under its id is told again: seldom, and counted as a resume is."""

from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.attributes import to_item
from functions.aws.faults import CONDITION_FAILED, code_of, unavailable
from functions.aws.log.counts import Counts
from functions.domain.frames.counting import count
from functions.domain.log.claims import reply_key, resumes_key
from functions.domain.log.events import Cause
from functions.domain.log.ids import minute_of

BETWEEN_MILLISECONDS: Final = 10_000
"""Between two that are told again, of each frame."""


class Repetitions:
    """The claims ``reply#``, as far as what they answer is told again.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The name of the claims table.
    most
        How often a user may ask in a minute for what was said: with every resume, this counts as one.
    """

    def __init__(self, client: Any, table: str, most: int) -> None:
        self._client = client
        self._table = table
        self._counts = Counts(client, table)
        self._most = most

    def may_be_told(self, conversation: str, client_id: str, cause: Cause) -> bool:
        """Tell whether a frame that was sent again is told again, and count it if so.

        Raises `Unavailable` if that cannot be counted in time.
        """
        if not self._is_due(reply_key(conversation, client_id), cause.at):
            return False
        return self._counts.count(count(resumes_key(cause.user_id, minute_of(cause.at)), self._most, cause))

    def _is_due(self, key: str, now: int) -> bool:
        values = {":now": now, ":before": now - BETWEEN_MILLISECONDS}
        with unavailable():
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=to_item({"claim": key}),
                    UpdateExpression="SET repeated_at = :now",
                    ConditionExpression=(
                        "attribute_exists(claim)"
                        " AND (attribute_not_exists(repeated_at) OR repeated_at <= :before)"
                    ),
                    ExpressionAttributeValues=to_item(values),
                )
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise
                return False
        return True
