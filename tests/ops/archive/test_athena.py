"""A query is waited for, its pages are read, and one that nobody waits for is stopped."""

from typing import Any

import pytest

from ops.archive.athena import ArchiveError, Athena

PAGES = [
    {"ResultSet": {"Rows": rows}}
    for rows in (
        [
            {"Data": [{"VarCharValue": "a"}, {"VarCharValue": "b"}]},
            {"Data": [{}, {"VarCharValue": "1"}]},
        ],
        [{"Data": [{"VarCharValue": "x"}, {}]}],
    )
]


class Client:
    """An Athena client that runs a query in a number of looks."""

    def __init__(self, *states: str, reason: str | None = None, scanned: int = 0) -> None:
        self.states = list(states)
        self.reason = reason
        self.scanned = scanned
        self.started: list[dict[str, Any]] = []
        self.stopped: list[str] = []

    def start_query_execution(self, **request: Any) -> dict[str, Any]:
        self.started.append(request)
        return {"QueryExecutionId": "q1"}

    def get_query_execution(self, **_request: Any) -> dict[str, Any]:
        status = {"State": self.states.pop(0), **({"StateChangeReason": self.reason} if self.reason else {})}
        return {"QueryExecution": {"Status": status, "Statistics": {"DataScannedInBytes": self.scanned}}}

    def get_paginator(self, name: str) -> Any:
        assert name == "get_query_results"
        return self

    def paginate(self, **_request: Any) -> list[dict[str, Any]]:
        return PAGES

    def stop_query_execution(self, **request: Any) -> None:
        self.stopped.append(request["QueryExecutionId"])


def test_a_query_is_waited_for_longer_each_time_and_its_pages_are_read() -> None:
    pauses: list[float] = []
    client = Client("QUEUED", "RUNNING", *["RUNNING"] * 10, "SUCCEEDED")

    rows = list(Athena(client, "database", "workgroup", pauses.append).rows("SELECT 1"))

    assert rows == [{"a": None, "b": "1"}, {"a": "x", "b": None}]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 2.0
    assert client.stopped == []


def test_a_query_runs_in_the_workgroup_which_says_how_much_it_may_read() -> None:
    client = Client("SUCCEEDED")

    list(Athena(client, "database", "workgroup").rows("SELECT 1"))

    assert client.started == [
        {
            "QueryString": "SELECT 1",
            "QueryExecutionContext": {"Database": "database"},
            "WorkGroup": "workgroup",
        }
    ]


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_a_query_that_fails_says_why(state: str) -> None:
    client = Client(state, reason="Bytes scanned limit was exceeded")

    with pytest.raises(ArchiveError, match="Bytes scanned limit was exceeded"):
        list(Athena(client, "database", "workgroup").rows("SELECT 1"))


def test_a_query_that_nobody_waits_for_is_stopped() -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    client = Client("RUNNING")

    with pytest.raises(KeyboardInterrupt):
        list(Athena(client, "database", "workgroup", interrupted).rows("SELECT 1"))

    assert client.stopped == ["q1"]


@pytest.mark.parametrize(("scanned", "dollars"), [(0, 0.0000477), (1024**4, 5.0)])
def test_a_query_costs_what_it_reads_and_at_least_ten_megabytes(scanned: int, dollars: float) -> None:
    athena = Athena(Client("SUCCEEDED", scanned=scanned), "database", "workgroup")

    list(athena.rows("SELECT 1"))

    assert athena.dollars == pytest.approx(dollars, rel=0.01)
