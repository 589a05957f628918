"""Who answers which text, among the claims: one update says it, and counts how often it was tried."""

from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.attributes import Item, from_item, to_item
from functions.aws.faults import CONDITION_FAILED, code_of, unavailable
from functions.domain.log.claims import answer_key
from functions.domain.replies.leasing import KEPT_MILLISECONDS, MOST_ATTEMPTS, Lease, Standing, Taken, judge
from functions.names import TTL_ATTRIBUTE

_GRANTED: Final = (
    "attribute_not_exists(claim) OR (attempts < :most AND (leased_until <= :now OR holder = :holder))"
)
"""An item that has expired counts as well: a text is never so old when it is asked for."""


class Leases:
    """The claims ``answer#``.

    Every method raises `Unavailable` if the table cannot be read or written in time.

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

    def take(self, message_id: str, holder: str, now: int, until: int) -> Lease:
        """Let somebody answer a text, and count the attempt.

        One whose answer was lost is counted twice.

        Parameters
        ----------
        holder
            Who: the same for all tries of one invocation, also where Lambda repeats it.
        now, until
            Epoch milliseconds: nobody else may answer before ``until``.
        """
        values = {
            ":one": 1,
            ":most": MOST_ATTEMPTS,
            ":holder": holder,
            ":now": now,
            ":until": until,
            ":expires_at": (now + KEPT_MILLISECONDS) // 1000,
        }
        with unavailable():
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=_key(message_id),
                    UpdateExpression=(
                        f"ADD attempts :one SET holder = :holder, leased_until = :until,"
                        f" {TTL_ATTRIBUTE} = :expires_at"
                    ),
                    ConditionExpression=_GRANTED,
                    ExpressionAttributeValues=to_item(values),
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise
                found: Item = error.response["Item"]  # type: ignore[typeddict-item]  # of this error
                return judge(_standing(found), now)
        return Taken(_standing(answer["Attributes"]).attempts)

    def standing(self, message_id: str) -> Standing | None:
        """Return who answers a text, None if nobody ever began."""
        item = self._get(message_id)
        return None if item is None else _standing(item)

    def keep(self, message_id: str, seq: int) -> None:
        """Keep the number of a text's outcome, for whoever asks for it once more, if anybody ever began."""
        with unavailable():
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(message_id),
                    UpdateExpression="SET seq = :seq",
                    ConditionExpression="attribute_exists(claim)",
                    ExpressionAttributeValues=to_item({":seq": seq}),
                )
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise

    def kept(self, message_id: str) -> int | None:
        """Return the number of a text's outcome, None if nobody kept it."""
        item = self._get(message_id)
        return int(item["seq"]["N"]) if item is not None and "seq" in item else None

    def _get(self, message_id: str) -> Item | None:
        with unavailable():
            answer = self._client.get_item(TableName=self._table, Key=_key(message_id), ConsistentRead=True)
        item: Item | None = answer.get("Item")
        return item


def _key(message_id: str) -> Item:
    return to_item({"claim": answer_key(message_id)})


def _standing(item: Item) -> Standing:
    values = from_item(item)
    return Standing(values["holder"], values["attempts"], values["leased_until"])
