"""How much of DynamoDB and S3 each thing uses: units and requests, as tests measure them on the code.

An item counts one unit for each KB begun; a transaction counts twice. What indexes take of a transaction is
counted twice too, which is the upper bound.
"""

from typing import Final

TRANSACTION: Final = 2

EVENT: Final = 1
"""In its table; each index that holds it takes as much again."""
CLAIM: Final = 1
"""On a session, on a voice session, or on an ``id``, by which what is sent again is known."""
COUNT: Final = 1
"""Of a user's minute."""
RESERVATIONS: Final = 2
"""Of a text that is answered: a reply in flight, and tokens of the day. Its outcome corrects as many."""

ROW: Final = 1
MESSAGE: Final = 1
SESSION: Final = 1
"""Where a connection has one: with what is said, and with each reply."""
MOVED_SESSION: Final = 2
"""In its index, with each text and each event of speech: deleted where it was, and put where it is."""
COUNTERS_OF_CONNECTION: Final = 3
"""Minute and day of ``opened``, or of ``closed``, and ``active``."""
COUNTERS_OF_TEXT: Final = 2
"""Minute and day."""
COUNTERS_OF_VOICE_SESSION: Final = 4
"""Minute and day of ``voice_sessions`` and of ``voice_seconds``, when it ends."""
COUNTERS_OF_TURN: Final = 2
"""Minute and day."""
VOICE_START: Final = 8
"""Claims: the frame's ``id``, the conversation, the count of starts, the seconds of the day, and for each
of two minutes a seat of the user's and one of all."""
RENEWAL: Final = 4
"""Of a minute more: the conversation, the seconds, and two seats."""
RENEWALS: Final = 10
"""In ten minutes, at most: a session begins within a minute of the clock."""
VOICE_END: Final = 7
"""Claims, at most: how it ended, the conversation, the seconds, and the seats of two minutes."""
CHANGED_INDEXES: Final = 2
"""Of a row, as its connection is active: by user, and the active ones."""
ALL_INDEXES: Final = 2
"""Of a row, when it appears or ends."""
ROWS_KEPT: Final = 2
"""Of a connection that has ended: in the table and by user."""

READS: Final = 2
"""Of a batch of one event: the row and the control item."""
READS_OF_MESSAGE: Final = 1
READS_OF_SESSION: Final = 1
READS_OF_COUNT: Final = 1
"""How many connections a user has: the subscribers of their feed, read consistently."""
SUBSCRIBERS: Final = 2
"""Of a connection, as it opens and again as it ends: in the feeds of its conversation and of its user."""
NUMBER: Final = 1
"""Of a text, in the feed of its conversation."""
READS_OF_DELIVERY: Final = 3
"""The event, the top of its feed, and who is subscribed."""
LEASE: Final = 1
"""Of an attempt to answer a text."""
REPLY: Final = 2
"""An event of about 1,000 characters, in its table; each index that holds it takes as much again."""
REPLY_MESSAGE: Final = 2
"""Its row in the chat storage."""
NUMBER_KEPT: Final = 1
"""Of a reply, beside its lease: for whoever asks for it once more."""
READS_OF_ANSWER: Final = 5
"""Beside those of a delivery: the conversation, if it is short, the text once more, the top of the feed, who
is subscribed, and whether it was cancelled."""
READS_OF_LOOK: Final = 2
"""Of each second that a reply takes: who is subscribed, and whether it was cancelled."""
CANCELLATION: Final = 1
"""Of a text, in the feed of its conversation."""
TICKET: Final = 2
"""A write, and a deletion as it is redeemed."""

EMPTY_QUERY: Final = 0.5
"""Of a key of an index with nothing in it."""
ARCHIVE_QUERIES: Final = 2
"""Of each shard in a run where nothing has happened: an hour to archive, and one of a day ago to count."""
ARCHIVE_WRITES: Final = 2
"""Of such a run: the watermark, once the hour is archived and once the other is counted."""
ARCHIVE_READS: Final = 1
"""Of such a run: the watermark."""
