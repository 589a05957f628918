"""Bugs of the feeds, seeded on purpose: each breaks one rule of their design, or one of the client's."""

from typing import Final

from tests.faults.mutation import Mutation

_POINTERS: Final = "functions/aws/feeds/pointers.py"
_ACKNOWLEDGEMENTS: Final = "functions/aws/feeds/acknowledgements.py"
_FEEDS: Final = "functions/domain/feeds/feeds.py"
_NUMBERING: Final = "functions/domain/feeds/numbering.py"
_MISSED: Final = "functions/domain/feeds/resuming.py"
_CONTENTS: Final = "functions/domain/feeds/contents.py"
_DELIVERING: Final = "functions/operations/feeds/delivering.py"
_POSTING: Final = "functions/operations/feeds/posting.py"
_RESUMING: Final = "functions/operations/feeds/resuming.py"
_HISTORY: Final = "functions/operations/feeds/history.py"
_LIFECYCLE: Final = "functions/operations/connections/lifecycle.py"
_WORKING: Final = "functions/operations/feeds/working.py"
_DEVICE: Final = "tests/feeds/device.py"
_ONCE: Final = "        known = self._append(sent, request, invocation)\n"

FEEDS: Final = (
    # --- numbers ---------------------------------------------------------------------------------------
    Mutation(
        "a number is not looked for",
        _NUMBERING,
        "        if _is_of(pointer, event):\n",
        "        if pointer.seq < 0 and _is_of(pointer, event):\n",
        "a delivery that is repeated gives a text another number",
    ),
    Mutation(
        "only the top of a feed is read",
        _NUMBERING,
        "    if whole or (present and _was_before(present[-1], event)):\n",
        "    if True:\n",
        "a delivery that comes late gives a text another number",
    ),
    Mutation(
        "the clocks of functions are trusted",
        _NUMBERING,
        "CLOCKS_MILLISECONDS: Final = 10_000",
        "CLOCKS_MILLISECONDS: Final = 0",
        "a text that arrived by a clock ahead gets another number",
    ),
    Mutation(
        "who finds a number taken takes it for their own",
        _NUMBERING,
        "return Has(taken.seq) if _is_of(taken, event) else Free(taken.seq + 1)",
        "return Has(taken.seq)",
        "of two that number at once, one leaves its text without a number",
    ),
    Mutation(
        "who finds their own number taken takes the next",
        _NUMBERING,
        "return Has(taken.seq) if _is_of(taken, event) else Free(taken.seq + 1)",
        "return Free(taken.seq + 1)",
        "a write whose answer was lost gives a text another number",
    ),
    Mutation(
        "a number is overwritten",
        _POINTERS,
        '_FREE: Final = f"attribute_not_exists(feed) OR {TTL_ATTRIBUTE} <= :now"',
        '_FREE: Final = f"attribute_not_exists(feed) OR {TTL_ATTRIBUTE} <= :now OR attribute_exists(feed)"',
        "of two that number at once, one loses the number",
    ),
    Mutation(
        "an expired number is in the way",
        _POINTERS,
        '_FREE: Final = f"attribute_not_exists(feed) OR {TTL_ATTRIBUTE} <= :now"',
        '_FREE: Final = "attribute_not_exists(feed) AND :now > :now OR attribute_not_exists(feed)"',
        "a feed that begins anew begins where the table still holds nothing",
    ),
    Mutation(
        "what has expired counts until it is deleted",
        _FEEDS,
        "    return expires_at <= now // 1000",
        "    return expires_at < 0",
        "a feed that begins anew goes on from numbers that point to nothing",
    ),
    Mutation(
        "all conversations without a session are one",
        _FEEDS,
        'return f"connection#{connection_id}" if session_id is None else f"session#{session_id}"',
        'return "connection#" if session_id is None else f"session#{session_id}"',
        "what is said on one connection is told on another",
    ),
    Mutation(
        "the conversations of a user are one",
        "functions/domain/feeds/feeds.py",
        "    return conversation_feed(event.session_id, event.connection_id)",
        "    return user_feed(event.user_id)",
        "what is said in a conversation has a number in another feed",
    ),
    # --- posts and subscribers -------------------------------------------------------------------------
    Mutation(
        "subscribers are read before the number is there",
        _DELIVERING,
        "        numbered = self.number(arrived)\n",
        '        early = self.subscribers.of(feed_of(arrived.event) or "none", self.now())\n'
        '        of_then = type("OfThen", (), {"of": lambda *_: early})()\n'
        "        numbered = self.number(arrived)\n"
        "        self = msgspec.structs.replace(self, subscribers=of_then)\n",
        "who connects meanwhile neither is posted to nor finds it by their resume",
    ),
    Mutation(
        "a connection is subscribed by nothing but its resume",
        _LIFECYCLE,
        "        subscribers.subscribe(subscriber_of(request.cause))\n",
        '        subscribers.of("nobody", 0)\n',
        "nobody is posted to in the first half minute",
    ),
    Mutation(
        "a connection that is not there yet is unsubscribed",
        _POSTING,
        "        if not can_be_lost(cause):\n",
        "        if not can_be_lost(cause) and self.subscribers.unsubscribe(gone) is None:\n",
        "a post that meets a handshake takes the connection out of its feeds",
    ),
    Mutation(
        "who was called Gone falsely stays unsubscribed",
        _RESUMING,
        "            self.stores.subscribers.ensure(listener)\n",
        "            pass\n",
        "a false 410 cuts a screen off until it connects again",
    ),
    Mutation(
        "a message is posted to the sender alone",
        _DELIVERING,
        "pool.map(post, listening)",
        "pool.map(post, [each for each in listening if each.connection_id == event.connection_id])",
        "the other screens of a conversation wait for their next resume",
    ),
    Mutation(
        "every screen is told the sender's own id",
        _DELIVERING,
        "own = client_id if to.connection_id == event.connection_id else None",
        "own = client_id",
        "two screens that use the same ids take each other's messages for their own",
    ),
    Mutation(
        "nobody asks whose a message is",
        _CONTENTS,
        "if event is None or event.user_id != reader:",
        "if event is None:",
        "where a session's claim is lost, who takes the session reads what another said in it",
    ),
    Mutation(
        "the parts of a message are numbered from nought",
        _CONTENTS,
        "enumerate(pieces, 1)",
        "enumerate(pieces, 0)",
        "no client can tell when a long text is whole",
    ),
    Mutation(
        "the last part of a message is not posted",
        _CONTENTS,
        "    yield text[begin:]\n",
        "    yield text[begin : begin + 1]\n",
        "the end of a long text is cut off",
    ),
    # --- healing ---------------------------------------------------------------------------------------
    Mutation(
        "nobody heals the feeds",
        "functions/domain/feeds/healing.py",
        "if (event.connection_id, event.event_id) not in known]",
        "if (event.connection_id, event.event_id) in known]",
        "a text whose delivery was not taken is told to nobody",
    ),
    # --- resumes ---------------------------------------------------------------------------------------
    Mutation(
        "a position is a number",
        _MISSED,
        "if held is None or held.event_id != position.id:",
        "if held is None:",
        "who comes back to a feed that began anew goes on in the middle of it",
    ),
    Mutation(
        "a position is not looked at",
        _MISSED,
        "        if held is None or held.event_id != position.id:\n            return None\n",
        "        if held is None or held.event_id != position.id:\n            pass\n",
        "who comes back to a feed that began anew is told nothing of it",
    ),
    Mutation(
        "a window has no end",
        _MISSED,
        "if following and following[0].numbered_at < now - window_seconds * 1000:",
        "if following and following[0].numbered_at < 0:",
        "a resume reads and posts without bound",
    ),
    Mutation(
        "who missed nothing begins anew after a day",
        _MISSED,
        "if following and following[0].numbered_at < now - window_seconds * 1000:",
        "if position.seq and held and held.numbered_at < now - window_seconds * 1000:",
        "a client that has everything loads everything again",
    ),
    Mutation(
        "a resume begins with what the client has",
        _MISSED,
        "        held = present.pop(position.seq, None)\n",
        "        held = present.get(position.seq)\n",
        "a position at the top is taken for a hole",
    ),
    Mutation(
        "a resume leaves out the first message",
        _MISSED,
        "return Missed(tuple(following[:most])",
        "return Missed(tuple(following[1:most])",
        "what the client needs next does not come",
    ),
    Mutation(
        "a resume that was interrupted says that it brought all",
        _RESUMING,
        "return Resumed(data=ResumedData(name, reached, more=True)), 0",
        "return Resumed(data=ResumedData(name, reached)), 0",
        "the client thinks that it has everything",
    ),
    Mutation(
        "a resume says more than it brought",
        _RESUMING,
        "                return Resumed(data=ResumedData(name, reached, more=True)), 0\n",
        "                break\n",
        "what could not be posted is said to have been",
    ),
    Mutation(
        "a reset names the beginning of the feed",
        _RESUMING,
        "return Reset(data=ResetData(name, self.stores.pointers.top(feed))), most",
        "return Reset(data=ResetData(name, Position(0, ''))), most",
        "the client waits for messages that were posted long ago",
    ),
    Mutation(
        "resumes are not counted",
        _RESUMING,
        "        if not self.counts.count(count(key, most, cause)):",
        "        if not self.counts.count(count(key, most * 100, cause)):",
        "a hostile client has the feeds read without bound",
    ),
    # --- history ---------------------------------------------------------------------------------------
    Mutation(
        "a history is complete up to its oldest message",
        _HISTORY,
        "complete = Position(found[0].seq, found[0].event_id) if found",
        "complete = Position(found[-1].seq, found[-1].event_id) if found",
        "a client that began anew never reaches the top",
    ),
    Mutation(
        "a page of history begins with the last message of the one before",
        _HISTORY,
        "            below = asked.before.seq\n",
        "            below = asked.before.seq + 1\n",
        "a client that reads page by page does not come to the end",
    ),
    Mutation(
        "a page ends without saying that there are more",
        _HISTORY,
        "        more = is_cut or len(found) > read\n",
        "        more = is_cut\n",
        "what is older is not read",
    ),
    Mutation(
        "a part that was read before makes a page full",
        _HISTORY,
        "below, read = below + 1, read + 1",
        "below, read = below + 1, read",
        "a client that reads one message a page waits for the next for ever",
    ),
    Mutation(
        "histories are not counted",
        _HISTORY,
        "        if not self.counts.count(count(key, most, cause)):",
        "        if not self.counts.count(count(key, most * 100, cause)):",
        "a hostile client has the log read without bound",
    ),
    # --- acknowledgements ------------------------------------------------------------------------------
    Mutation(
        "what is acknowledged may become less",
        _ACKNOWLEDGEMENTS,
        "(seq < :seq AND acknowledged_at < :second)",
        "(seq <> :seq AND acknowledged_at < :second)",
        "a screen that is behind takes back what another acknowledged",
    ),
    Mutation(
        "a number that nobody has can be acknowledged",
        "functions/operations/feeds/acknowledging.py",
        "if upto is None or upto.seq != seq or has_expired(upto.expires_at, cause.at):",
        "kind = __import__('functions.domain.feeds.feeds', fromlist=['Pointer']).Pointer\n"
        "        upto = upto or kind(seq, '', '', 0, cause.expires_at)\n        if False:",
        "a receipt says that something was read that was never said",
    ),
    # --- notifications ---------------------------------------------------------------------------------
    Mutation(
        "whatever is sent again under an id was sent before",
        "functions/domain/feeds/notifications.py",
        '    if digest != claim.value.partition(" ")[2]:\n',
        "    if digest is None:\n",
        "a service is told that something else was sent",
    ),
    Mutation(
        "what is over is told all the same",
        _CONTENTS,
        "fact.ends_at is not None and fact.ends_at <= now",
        "fact.ends_at is not None and fact.ends_at <= 0",
        "who comes back reads what does not hold any more",
    ),
    Mutation(
        "what is to be over one day is never told",
        _CONTENTS,
        "fact.ends_at is not None and fact.ends_at <= now",
        "fact.ends_at is not None",
        "who is there when it is sent is not told",
    ),
    Mutation(
        "a notification is sent as often as it is asked for",
        "functions/operations/feeds/notifying.py",
        _ONCE,
        "        known = None if self.log.append(sent) else None\n",
        "a service that asks again has its user told twice",
    ),
    Mutation(
        "what is sent to a user is numbered in no feed of theirs",
        _FEEDS,
        "    if isinstance(event.fact, NotificationSent) and event.session_id is None:\n",
        "    if isinstance(event.fact, NotificationSent) and event.session_id == event.user_id:\n",
        "nobody is subscribed to it",
    ),
    Mutation(
        "nobody heals what a service sent",
        "functions/operations/feeds/healing.py",
        "for fact in NUMBERED)",
        "for fact in NUMBERED[:1])",
        "a notification that could not be numbered is told to nobody",
    ),
    # --- the delivery queue ----------------------------------------------------------------------------
    Mutation(
        "nobody is told later whom the gateway was too busy for",
        _DELIVERING,
        " if busy else 0\n        return Told",
        " if busy and not listening else 0\n        return Told",
        "a screen misses what was said until it asks as a repair",
    ),
    Mutation(
        "who is busy again is forgotten",
        _WORKING,
        "        self.deferring.put(again(job, busy))\n",
        "        again(job, busy)\n",
        "a screen misses what was said until it asks as a repair",
    ),
    Mutation(
        "the worker tells a number with what belongs to another",
        _WORKING,
        "name_of(job.feed), job.pointer, event",
        "name_of(job.feed), msgspec.structs.replace(job.pointer, seq=job.pointer.seq + 1), event",
        "a screen shows something twice, and misses something",
    ),
    # --- the client's rules ----------------------------------------------------------------------------
    Mutation(
        "a client shows whatever comes",
        _DEVICE,
        "    if not device.answered or seq > device.seq + 1:\n",
        "    if not device.answered:\n",
        "what was lost is never asked for",
    ),
    Mutation(
        "a client's new connection owes no resume",
        _DEVICE,
        "    return device._replace(ahead=(), owed=True, asked=False, answered=False)",
        "    return device._replace(ahead=(), asked=False)",
        "what was said meanwhile is missed",
    ),
    Mutation(
        "a client shows twice what comes twice",
        _DEVICE,
        "    if seq <= device.seq:\n",
        "    if seq < device.seq:\n",
        "a post that comes again is shown again",
    ),
)
