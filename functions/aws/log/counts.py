"""Counts what a user does in a minute where nothing is appended with it."""

from typing import Any

from botocore.exceptions import ClientError

from functions.aws.faults import CONDITION_FAILED, code_of, unavailable
from functions.aws.log.count_items import update
from functions.domain.log.claims import Count


class Counts:
    """The counts among the claims.

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

    def count(self, one: Count) -> bool:
        """Count one more, and tell whether the limit allows it; may raise `Unavailable`.

        One whose answer was lost is counted twice: the limit is that of an honest client's mistakes.
        """
        with unavailable():
            try:
                self._client.update_item(TableName=self._table, **update(one))
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise
                return False
        return True
