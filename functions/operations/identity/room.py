"""Finds out whether a user may have one more connection, by the subscribers of their feed."""

import random
from collections.abc import Callable, Sequence

import msgspec

from functions.aws.feeds.subscribers import Subscribers
from functions.aws.gateway.callbacks import Callbacks, GoneError, UnknownConnectionError
from functions.aws.logs import warn, write_line
from functions.domain.feeds.feeds import Subscriber
from functions.domain.identity.room import QUESTIONS, gives_way
from functions.domain.losses import can_be_lost
from functions.domain.refusals import Unavailable

Draw = Callable[[Sequence[Subscriber], int], Sequence[Subscriber]]
"""Draws so many of them, none twice."""


class Room(msgspec.Struct, frozen=True):
    """What a user's connections are counted with, and how many a user may have."""

    subscribers: Subscribers
    callbacks: Callbacks
    most: int
    draw: Draw = random.sample

    def is_there_for(self, user_id: str, now: int) -> bool:
        """Tell whether a user may open one more connection; ``now`` in epoch milliseconds.

        Who has as many as may be gets room where one of them is dead: it is Gone, or has been silent for
        longer than a client may be, and is closed. Three of them are asked for, drawn at random, so that
        those that are alive do not hide the others from every attempt.

        Raises
        ------
        Unavailable
            If nobody can tell how many there are.
        """
        connections = self.subscribers.of_user(user_id, now)
        if len(connections) < self.most:
            return True
        asked = self.draw(connections, min(QUESTIONS, len(connections)))
        try:
            return any(self._gives_way(connection, now) for connection in asked)
        except Unavailable as unavailable:  # of the gateway: as many as may be are known to be there
            warn("not_asked_for", unavailable, user_id=user_id)
            return False

    def _gives_way(self, connection: Subscriber, now: int) -> bool:
        try:
            if not gives_way(self.callbacks.last_active_at(connection.connection_id), now):
                return False
            self.callbacks.close(connection.connection_id)
        except GoneError:
            if not can_be_lost(connection.cause(now)):  # it is being opened at this moment
                return False
        except UnknownConnectionError:  # an id that the gateway does not take is no connection
            pass
        self.subscribers.unsubscribe(connection)
        write_line("gave_way", connection_id=connection.connection_id, user_id=connection.user_id)
        return True
