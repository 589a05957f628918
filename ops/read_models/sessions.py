"""Compares the sessions of each user with what the user's events add up to.

A session is of several connections, so it is asked for by its user: in the index of the log, a user at a
time. Of a session of which something has expired nobody can tell any more how much there was: it is compared
as far as the log still goes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from functions.aws import batch_reads
from functions.aws.attributes import Item, to_item
from functions.aws.log.event_items import MalformedEventError, decode
from functions.aws.read_models.session_items import encode, is_expired, key_of, session_of, to_key
from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ActivityRecorded,
    ReplyFailed,
    VoiceSessionEnded,
    VoiceSessionStarted,
)
from functions.domain.texts.messages import rows_of
from functions.domain.texts.sessions import Session, SessionKey, add, share_of_message, share_of_row
from functions.names import EVENTS_BY_USER
from functions.operations.projection.log_pages import is_expired as is_expired_event
from ops.deployment import Deployment
from ops.read_models.differences import Difference, differing
from ops.read_models.findings import Findings
from ops.read_models.scans import Threads, in_segments, keys

_SPEECH: Final = (ActivityRecorded, VoiceSessionEnded, VoiceSessionStarted)

Settle = Callable[[Callable[[], list[Difference]]], Iterable[Difference]]
"""Compares until what differs has lasted long enough to count, and returns it."""


def compare_sessions(
    deployment: Deployment,
    generation: int,
    findings: Findings,
    settle: Settle,
    now: Callable[[], float],
    threads: Threads,
) -> None:
    """Compare the sessions of each user of the sessions table; memory holds those of a user at a time.

    Parameters
    ----------
    deployment
        The tables.
    generation
        The one that is served.
    findings
        Where the differences go.
    settle
        Compares again what may pass.
    now
        Gives epoch seconds.
    threads
        Makes what walks segments side by side.
    """

    def walk(segment: int) -> None:
        last = None
        for item in keys(deployment.client, deployment.outputs.sessions_table, segment, "user_id"):
            user_id = item["user_id"]["S"]
            if user_id == last:  # a user's sessions stand together
                continue
            last = user_id
            for difference in settle(lambda: list(_of_user(deployment, user_id, generation, int(now())))):  # noqa: B023 - called at once
                findings.add(difference)

    in_segments(walk, threads)


def _of_user(deployment: Deployment, user_id: str, generation: int, now: int) -> Iterator[Difference]:
    # before the log: what is appended meanwhile is a difference
    stored = {key_of(item): item for item in _items(deployment, user_id) if not is_expired(item, now)}
    due = sessions_of(_events(deployment, user_id, now))
    for key in sorted({*stored, *due}):
        item, session = stored.get(key), due.get(key)
        what = f"session {' '.join(key)}"
        if session is None:
            yield Difference(what, "nothing", "a row")
        elif item is None:
            yield Difference(what, "a row", "nothing")
        else:
            revision = int(item["revision"]["N"])
            expected = encode(_as_far_as_known(session_of(item), session, now), revision, generation)
            yield from differing(what, expected, item)


def missing(deployment: Deployment, sessions: Sequence[SessionKey]) -> Iterator[Difference]:
    """Yield a difference for each session that is not there, and that somebody adds to."""
    table = deployment.outputs.sessions_table
    asked = [(table, to_key(key)) for key in sessions]
    found = {key_of(item) for _, item in batch_reads.read(deployment.client, asked)}
    for key in sessions:
        if key not in found:
            yield Difference(f"session {' '.join(key)}", "a row", "nothing")


def _as_far_as_known(stored: Session, due: Session, now: int) -> Session:
    """Return what a session must be: of one of which something has expired, no less than the log has."""
    if stored.complete_until > now:
        return due
    return msgspec.structs.replace(
        due,
        first_activity=min(due.first_activity, stored.first_activity),
        texts=max(due.texts, stored.texts),
        replies=max(due.replies, stored.replies),
        failed=max(due.failed, stored.failed),
        voice_sessions=max(due.voice_sessions, stored.voice_sessions),
        turns=max(due.turns, stored.turns),
        title=stored.title,
        complete_until=stored.complete_until,
    )


def sessions_of(events: Iterable[Event]) -> Mapping[SessionKey, Session]:
    """Return the sessions of a user that events add up to; a text has no more outcomes than one."""
    sessions: dict[SessionKey, Session] = {}
    speech: dict[str, Connection] = {}
    for event in events:
        if isinstance(event.fact, _SPEECH):
            known = speech.get(event.connection_id, Connection(event.connection_id))
            speech[event.connection_id] = join(known, [event])
        for message in rows_of(event):
            # of a reply, its text's row says nothing that a session counts
            is_own = message.event_id == event.event_id or isinstance(event.fact, ReplyFailed)
            _add(sessions, share_of_message(message) if is_own else None)
    for row in speech.values():
        _add(sessions, share_of_row(row))
    return sessions


def _add(sessions: dict[SessionKey, Session], share: Session | None) -> None:
    if share is not None:
        sessions[share.key] = add(sessions[share.key], share) if share.key in sessions else share


def _items(deployment: Deployment, user_id: str) -> Iterator[Item]:
    query = _of(user_id) | {"TableName": deployment.outputs.sessions_table, "ConsistentRead": True}
    for page in deployment.client.get_paginator("query").paginate(**query):
        yield from page["Items"]


def _events(deployment: Deployment, user_id: str, now: int) -> Iterator[Event]:
    query = _of(user_id) | {"TableName": deployment.outputs.events_table, "IndexName": EVENTS_BY_USER}
    for page in deployment.client.get_paginator("query").paginate(**query):
        for item in page["Items"]:
            try:
                event = decode(item)
            except MalformedEventError:  # it counts for nothing, and the walk of the connections reports it
                continue
            if not is_expired_event(event, now * 1000):
                yield event


def _of(user_id: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "user_id = :user",
        "ExpressionAttributeValues": to_item({":user": user_id}),
    }
