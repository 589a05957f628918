"""What the log has of one connection of a person: whether it names them, and where else that leads."""

from collections.abc import Iterator
from typing import Final

import msgspec

from functions.aws.attributes import Item
from functions.aws.log.arrivals import arrived_at
from functions.domain.archive.hours import DAY, hour_of
from functions.domain.frames.allowances import QUARTER, start
from functions.domain.log.claims import (
    ended_key,
    inflight_key,
    spoken_key,
    texts_key,
    tokens_key,
    voices_key,
)
from functions.domain.log.events import Event
from functions.domain.log.facts import PersonForgotten, TextMessageReceived, VoiceSessionStarted
from functions.domain.log.ids import MINUTE
from functions.domain.log.redaction import is_pseudonym
from functions.domain.texts.messages import rows_of
from ops.deployment import Deployment
from ops.erasure.problems import UnreadableError
from ops.erasure.reading import event_of

_COUNTED: Final = {
    TextMessageReceived: ((texts_key, MINUTE), (inflight_key, QUARTER), (tokens_key, DAY)),
    VoiceSessionStarted: ((voices_key, MINUTE),),
}
"""By which claims what the person did was counted, and for how long a time each counts."""
_COUNTED_MILLISECONDS: Final = 2 * DAY
"""What is longer ago is counted no more: those claims expire an hour after the day at most."""
_HELD_MILLISECONDS: Final = 2 * MINUTE
"""How far ahead a voice session counts at most."""


class Trace(msgspec.Struct, frozen=True):
    """What the log has of one connection, expired or not.

    Attributes
    ----------
    example
        One of its events; one with a session, if it has one.
    pseudonym
        What the person is called since an erasure, if there was one.
    named
        How many of its events still name the person.
    texts
        The ids of those that are texts, replies or failures of them, and speak of messages.
    sessions
        The sessions that its events name.
    counts
        The claims by which what the person did was counted, if they can still be there, and those that say
        how their voice sessions ended.
    speech
        Each of their voice sessions, and the conversation that it holds while it is open.
    hours
        The hours in which its events arrived, epoch milliseconds.
    problems
        Why some of its items cannot be redacted.
    """

    example: Event | None
    pseudonym: str | None
    named: int
    texts: frozenset[str]
    sessions: frozenset[str]
    counts: frozenset[str]
    hours: frozenset[int]
    problems: tuple[str, ...]
    speech: frozenset[tuple[str, str]] = frozenset()


def trace(deployment: Deployment, now: int, connection: str) -> Trace:
    """Return what the log has of a connection; raises `Unavailable` if it cannot be read in time."""
    example: Event | None = None
    pseudonym: str | None = None
    named = 0
    texts: set[str] = set()
    sessions: set[str] = set()
    counts: set[str] = set()
    speech: set[tuple[str, str]] = set()
    hours: set[int] = set()
    problems: list[str] = []
    for item in deployment.log.items(connection):
        try:
            event = event_of(item)
        except UnreadableError as problem:
            problems.append(str(problem))
            continue
        if example is None or (event.session_id and not example.session_id):
            example = event
        if isinstance(event.fact, PersonForgotten):
            pseudonym = event.user_id
        hours |= _hours(item)
        if is_pseudonym(event.user_id):
            continue
        named += 1
        if rows_of(event):
            texts.add(event.event_id)
        if event.session_id:
            sessions.add(event.session_id)
        counts.update(_claims_of(event, now))
        if isinstance(event.fact, VoiceSessionStarted):
            speech.add((event.event_id, event.conversation))
    return Trace(
        example,
        pseudonym,
        named,
        frozenset(texts),
        frozenset(sessions),
        frozenset(counts),
        frozenset(hours),
        tuple(problems),
        frozenset(speech),
    )


def _claims_of(event: Event, now: int) -> Iterator[str]:
    """Yield the claims that name the person of an event and that it may have left; speech may go on."""
    if event.at <= now - _COUNTED_MILLISECONDS:
        return
    for key, length in _COUNTED.get(type(event.fact), ()):
        yield key(event.user_id, start(event.at, length))
    if isinstance(event.fact, VoiceSessionStarted):
        yield ended_key(event.conversation, event.event_id)
        days = range(start(event.at, DAY), now + _HELD_MILLISECONDS, DAY)
        yield from (spoken_key(event.user_id, day) for day in days)


def _hours(item: Item) -> set[int]:
    return {hour_of(arrived_at(item))} if "arrived_at" in item else set()
