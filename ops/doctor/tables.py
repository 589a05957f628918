"""Looks at the tables: that they are there, and with them the indexes and the stream that are needed."""

from collections.abc import Iterator
from typing import Any

from functions.names import (
    CONNECTIONS_ACTIVE,
    CONNECTIONS_BY_USER,
    EVENTS_BY_ARRIVAL,
    EVENTS_BY_USER,
    SESSIONS_BY_ACTIVITY,
)
from ops.doctor.findings import Finding, Verdict
from ops.doctor.stack import Patient


def tables(patient: Patient) -> Iterator[Finding]:
    """Look at each table."""
    outputs = patient.deployment.outputs
    needed = {
        outputs.events_table: (EVENTS_BY_USER, EVENTS_BY_ARRIVAL),
        outputs.connections_table: (CONNECTIONS_BY_USER, CONNECTIONS_ACTIVE),
        outputs.sessions_table: (SESSIONS_BY_ACTIVITY,),
    }
    for name in patient.tables:
        table = patient.client("dynamodb").describe_table(TableName=name)["Table"]
        problems = list(_problems(table, needed.get(name, ()), streamed=name == outputs.events_table))
        if not problems:
            yield Finding("tables", Verdict.FINE, f"{name} is there")
        for what, fix in problems:
            yield Finding("tables", Verdict.WRONG, f"{name} {what}", fix)


def _problems(
    table: dict[str, Any], indexes: tuple[str, ...], *, streamed: bool
) -> Iterator[tuple[str, str]]:
    if table["TableStatus"] not in {"ACTIVE", "UPDATING"}:
        yield f"is {table['TableStatus']}", "wait until it is made, or restore it: docs/operations.md"
    if streamed and not table.get("StreamSpecification", {}).get("StreamEnabled"):
        yield "has no stream: nothing is projected", "run `pulumi up --refresh`, then `ops rebuild`"
    status = {each["IndexName"]: each["IndexStatus"] for each in table.get("GlobalSecondaryIndexes", [])}
    for index in indexes:
        match status.get(index):
            case "ACTIVE" | "UPDATING":
                pass
            case None:
                yield f"has no index {index}", '`pulumi up`: "Change an index" in docs/operations.md'
            case other:
                yield f"has an index {index} that is {other}", "wait until it is made in full"
