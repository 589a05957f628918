"""Deletes the claims that name a person, but for those that expire by themselves within a day."""

from functools import partial
from typing import Any

from functions.aws.attributes import to_item
from functions.domain.log.claims import session_key, voice_key
from ops.deployment import Deployment
from ops.erasure.person import Person
from ops.erasure.writing import written


def free(deployment: Deployment, person: Person) -> int:
    """Delete a person's claims, and return how many sessions were theirs: others may have them now.

    The answers that were given to repeated frames (``reply#…``) stay for their 24 hours: their keys have the
    ids of frames, which the log does not keep. So do those to repeated sends (``send#…``), whose keys are
    hashes; and who answered which text (``answer#…``) or holds which voice session (``run#…``), which name
    these alone. How many somebody has at a time (``speaking#…``) is counted by the minute, for an hour.
    """
    freed = sum(_delete(deployment, session_key(each), person.user_id) for each in sorted(person.sessions))
    for trace in person.traces.values():
        for key in sorted(trace.counts):
            _delete(deployment, key)
        for session, conversation in sorted(trace.speech):
            _delete(deployment, voice_key(conversation), session)
    return freed


def _delete(deployment: Deployment, key: str, value: str | None = None) -> bool:
    """Delete a claim, if it has the value; tell whether it was so."""
    request: dict[str, Any] = {
        "TableName": deployment.outputs.claims_table,
        "Key": to_item({"claim": key}),
    }
    if value is not None:
        request |= {
            "ConditionExpression": "#value = :value",
            "ExpressionAttributeNames": {"#value": "value"},
            "ExpressionAttributeValues": to_item({":value": value}),
        }
    return written(partial(deployment.client.delete_item, **request))
