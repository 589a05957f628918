"""Keeps what a client says that it has of a feed."""

import msgspec

from functions.aws.feeds.stores import FeedStores
from functions.domain.feeds.feeds import has_expired, subscriber_of
from functions.domain.frames.feed_frames import Ack
from functions.domain.log.events import Cause
from functions.domain.refusals import Refused


class Acknowledging(msgspec.Struct, frozen=True):
    """What an acknowledgement is kept with."""

    stores: FeedStores

    def acknowledge(self, frame: Ack, cause: Cause) -> None:
        """Keep that the user has all of a feed up to a number.

        Raises
        ------
        Refused
            ``not_found`` if the feed has no such number, ``rate_limited`` less than a second after another.
        """
        feed, seq = subscriber_of(cause).feeds[frame.data.feed], frame.data.seq
        upto = next(iter(self.stores.pointers.from_seq(feed, seq, 1)), None)
        if upto is None or upto.seq != seq or has_expired(upto.expires_at, cause.at):
            raise Refused("not_found", "The feed has no such number.")
        standing = self.stores.acknowledgements.acknowledge(feed, cause.user_id, upto, cause.at)
        if standing < seq:
            raise Refused("rate_limited", "A feed is acknowledged once a second.", retry_after=1)
