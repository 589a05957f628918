"""Looks at whoever asks: the account, the clock, and which commands they may run."""

import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from functions.aws.attributes import to_item
from functions.domain.log.claims import session_key
from functions.names import CONNECTIONS_BY_USER, EVENTS_BY_ARRIVAL, EVENTS_BY_USER
from ops.doctor.findings import Finding, Verdict, action, is_denied
from ops.doctor.stack import Patient

_MOST_SECONDS: Final = 5
"""By which the clock may be wrong: ``10m`` is then no moment that anybody cares about."""
_NOBODY: Final = "nobody"


def identity(patient: Patient, wall: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Look whose credentials these are, whether the stack is in their account, and at the clock."""
    answer = patient.client("sts").get_caller_identity()
    account, owner = answer["Account"], patient.deployment.outputs.projector_failure_queue.split("/")[-2]
    if account == owner:
        yield Finding("caller", Verdict.FINE, f"you are {answer['Arn']}")
    else:
        fix = "use credentials of the stack's account, or outputs of a stack in yours"
        yield Finding("caller", Verdict.WRONG, f"you are in account {account}, the stack in {owner}", fix)
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if told is None:
        return
    off = wall() - parsedate_to_datetime(told).timestamp()
    if abs(off) <= _MOST_SECONDS:
        yield Finding("clock", Verdict.FINE, "your clock is right")
    else:
        way = "fast" if off > 0 else "slow"
        fix = "set your clock: times such as 10m are reckoned by it, and AWS refuses who is 5 minutes off"
        yield Finding("clock", Verdict.WRONG, f"your clock is {abs(off):,.0f} s {way}", fix)


def permissions(patient: Patient) -> Iterator[Finding]:
    """Try what the commands read, once each and next to nothing of it; what they write is not tried."""
    for commands, trials in _trials(patient).items():
        missing = [lacking for trial in trials if (lacking := _lacking(trial))]
        if missing:
            needed = ", ".join(dict.fromkeys(missing))
            fix = "have it granted if you need the command: docs/operations.md"
            yield Finding("permissions", Verdict.NOTE, f"you may not run {commands}: no {needed}", fix)
        else:
            yield Finding("permissions", Verdict.FINE, f"you may run {commands}")


def _lacking(trial: Callable[[], Any]) -> str | None:
    """Return the action that IAM does not allow, None if it allows it, whatever else is wrong."""
    try:
        trial()
    except ClientError as problem:
        if is_denied(problem):
            return action(problem)
    return None


def _trials(patient: Patient) -> dict[str, list[Callable[[], Any]]]:
    outputs, tables = patient.deployment.outputs, patient.client("dynamodb")
    events, connections = outputs.events_table, outputs.connections_table

    def query(table: str, key: str, index: str | None = None) -> Callable[[], Any]:
        named = {"IndexName": index} if index else {}
        return lambda: tables.query(
            TableName=table,
            KeyConditionExpression="#key = :nobody",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues=to_item({":nobody": _NOBODY}),
            Limit=1,
            **named,
        )

    def scan(table: str) -> Callable[[], Any]:
        return lambda: tables.scan(TableName=table, Limit=1)

    trials = {
        "audit, state, tail, timeline": [
            query(events, "connection_id"),
            query(events, "user_id", EVENTS_BY_USER),
            query(events, "arrival_day", EVENTS_BY_ARRIVAL),
            query(connections, "userId", CONNECTIONS_BY_USER),
        ],
        "metrics": [query(outputs.metrics_table, "metric")],
        "verify": [scan(events), *map(scan, patient.read_models)],
    }
    if outputs.feeds_table is not None:
        trials["verify"].append(scan(outputs.feeds_table))
    if outputs.claims_table is not None:
        key = to_item({"claim": session_key(_NOBODY)})  # commands may read claims of this kind alone
        trials["audit, state, tail, timeline"].append(
            lambda: tables.get_item(TableName=outputs.claims_table, Key=key)
        )
    if outputs.connection_manager_function is not None:
        trials["connections"] = [
            lambda: patient.client("lambda").invoke(
                FunctionName=outputs.connection_manager_function, InvocationType="DryRun"
            )
        ]
    return trials
