"""Looks whether somebody is still named who was forgotten: by an erasure half done, or by what came late."""

from collections.abc import Iterator
from datetime import UTC, datetime

from functions.aws.attributes import to_item
from functions.domain.log.redaction import is_pseudonym
from ops.doctor.findings import Finding, Verdict
from ops.doctor.stack import Patient
from ops.erasure.person import connections_of
from ops.erasure.register import Register


def erasures(patient: Patient) -> Iterator[Finding]:
    """Look at the erasures that were begun, and at what came late for those of the last days."""
    client, events = patient.client("dynamodb"), patient.deployment.outputs.events_table
    known = Register(client, patient.deployment.outputs.metrics_table).erasures()
    late: dict[str, int] = {}
    for each in known:
        if each.user_id is not None:
            since = f"{datetime.fromtimestamp(each.begun_at / 1000, UTC):%Y-%m-%d %H:%M} UTC"
            what = f"the erasure of {each.user_id} was begun on {since} and is not finished"
            yield Finding(
                "erasures", Verdict.WRONG, what, f"`ops forget --user {each.user_id}` goes on with it"
            )
            continue
        for connection in sorted(connections_of(client, events, each.pseudonym)):
            for user_id in _named(patient, connection):
                late[user_id] = late.get(user_id, 0) + 1
    for user_id, count in sorted(late.items()):
        what = f"{count} events that came late name {user_id}, who was forgotten"
        yield Finding("erasures", Verdict.WRONG, what, f"`ops forget --user {user_id}` redacts them too")
    if not late and all(each.user_id is None for each in known):
        yield Finding("erasures", Verdict.FINE, "nobody is named who was forgotten in the last seven days")


def _named(patient: Patient, connection: str) -> Iterator[str]:
    """Yield the user of each event of a connection that is not a pseudonym."""
    query = {
        "TableName": patient.deployment.outputs.events_table,
        "KeyConditionExpression": "connection_id = :connection",
        "ExpressionAttributeValues": to_item({":connection": connection}),
        "ProjectionExpression": "user_id",
        "ConsistentRead": True,
    }
    for page in patient.client("dynamodb").get_paginator("query").paginate(**query):
        for item in page["Items"]:
            user_id = item.get("user_id", {}).get("S", "?")
            if not is_pseudonym(user_id):
                yield user_id
