"""Asks Athena: starts a query, waits for its end, and gives its rows and what it has read."""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from ops.prices import QUERIED

LEAST_BYTES: Final = 10 * 1024**2
"""What is charged at least for a query."""
_RUNNING: Final = frozenset({"QUEUED", "RUNNING"})
_SLOWEST: Final = 2.0

Row = dict[str, str | None]
"""A row: every value is text, as Athena gives it."""


class ArchiveError(Exception):
    """The archive cannot be asked, and the message says why."""


class Athena:
    """A workgroup of Athena.

    Parameters
    ----------
    client
        An Athena client.
    database, workgroup
        Where, and as what, queries run.
    sleep
        Called with the seconds until a query is looked at again.

    Attributes
    ----------
    scanned
        The bytes that its queries have read.
    """

    def __init__(
        self, client: Any, database: str, workgroup: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._database = database
        self._workgroup = workgroup
        self._sleep = sleep
        self._queries = 0
        self.scanned = 0

    @property
    def dollars(self) -> float:
        """What the queries have cost: each at least what 10 MB do."""
        charged = max(self.scanned, self._queries * LEAST_BYTES)
        return QUERIED.times(charged / 1024**4)

    def rows(self, statement: str) -> Iterator[Row]:
        """Yield the rows of a query.

        Raises
        ------
        ArchiveError
            If it fails, or reads more than the workgroup allows.
        """
        query = self._client.start_query_execution(
            QueryString=statement,
            QueryExecutionContext={"Database": self._database},
            WorkGroup=self._workgroup,
        )["QueryExecutionId"]
        self._queries += 1
        self._await(query)
        pages = self._client.get_paginator("get_query_results").paginate(QueryExecutionId=query)
        listed = (row for page in pages for row in page["ResultSet"]["Rows"])
        columns = [each["VarCharValue"] for row in islice(listed, 1) for each in row["Data"]]
        for row in listed:
            values = (each.get("VarCharValue") for each in row["Data"])
            yield dict(zip(columns, values, strict=True))

    def _await(self, query: str) -> None:
        ended = False
        pause = 0.1
        try:
            while not ended:
                execution = self._client.get_query_execution(QueryExecutionId=query)["QueryExecution"]
                status = execution["Status"]
                ended = status["State"] not in _RUNNING
                if not ended:
                    self._sleep(pause)
                    pause = min(_SLOWEST, pause * 1.5)
        finally:
            if not ended:  # nobody waits for it any more, and it would be paid
                self._client.stop_query_execution(QueryExecutionId=query)
        self.scanned += execution.get("Statistics", {}).get("DataScannedInBytes", 0)
        if status["State"] != "SUCCEEDED":
            reason = status.get("StateChangeReason") or status["State"]
            raise ArchiveError(f"the archive does not answer: {reason}")
