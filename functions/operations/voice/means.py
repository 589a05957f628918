"""What voice sessions are held with: the narrow ways to the world, each of which a test can play."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import msgspec

from functions.aws.feeds.subscribers import Subscribers
from functions.aws.log.event_log import EventLog
from functions.aws.log.event_reads import Arrived, EventReads
from functions.aws.log.lone_claims import LoneClaims
from functions.aws.voice.engines.engine import SpeechEngine
from functions.domain.replies.prompt import Utterance
from functions.domain.voice.manner import Manner
from functions.operations.feeds.posting import Poster

_Result = TypeVar("_Result")

Publish = Callable[[str, Sequence[bytes]], None]
"""Publishes messages to a channel, and waits for it; may raise `Unavailable`."""

Subscribe = Callable[[str], AbstractAsyncContextManager[AsyncIterator[str]]]
"""Subscribes to a channel: what is entered gives its messages from now on, and ends when it is cut.

To enter it may raise `Unavailable`."""

History = Callable[[str, str, int, int], Sequence[Utterance]]
"""Returns what was said before, as `Conversations.newest` does; may raise `Unavailable`."""


class OffLoop(Protocol):
    """Makes a call that blocks, and lets everything else go on meanwhile."""

    def __call__(self, call: Callable[[], _Result], /) -> Awaitable[_Result]:
        """Return what the call returns, or raise what it raises."""
        ...


class Means(msgspec.Struct, frozen=True):
    """What sessions are held with.

    Attributes
    ----------
    log, events, claims
        The log, and the claims.
    subscribers, poster
        Who listens to a conversation's feed, and what is posted to them; the poster waits for nothing.
    deliver
        Numbers an event in its feed, and posts it; may raise `Unavailable`.
    publish, subscribe
        The channels.
    engine
        Who speaks.
    history
        What was said before.
    invoke
        Has this function invoked once more, with a payload; may raise `Unavailable`.
    now
        Tells the time in epoch milliseconds.
    off_loop
        Makes calls that block.
    draw
        Returns what nobody else returns, for who holds a session.
    """

    log: EventLog
    events: EventReads
    claims: LoneClaims
    subscribers: Subscribers
    poster: Poster
    deliver: Callable[[Arrived], object]
    publish: Publish
    subscribe: Subscribe
    engine: SpeechEngine
    history: History
    invoke: Callable[[bytes], None]
    manner: Manner
    now: Callable[[], int]
    off_loop: OffLoop
    draw: Callable[[], str]
