"""What is assumed and not measured: how long functions run on AWS, and how large things are.

The counts of requests and units are not assumed: `cost.counts` has them, and tests measure each.
"""

from typing import Final

MONTH_DAYS: Final = 30
MONTH_MINUTES: Final = MONTH_DAYS * 24 * 60
MONTH_HOURS: Final = MONTH_DAYS * 24
MONTH_SECONDS: Final = MONTH_MINUTES * 60

APPEND_SECONDS: Final = 0.02
"""Of an invocation that appends, or that answers who somebody is."""
FRAME_SECONDS: Final = 0.005
"""Of an invocation that appends nothing."""
PROJECT_SECONDS: Final = 0.03
"""Of an invocation of the projector."""
DELIVER_SECONDS: Final = 0.05
"""Of an invocation that numbers a text and posts it."""
NUMBER_GB: Final = 0.2e-6
ANSWER_SECONDS: Final = 4.0
"""Of an invocation that answers a text: as long as the model takes."""
DELTAS: Final = 20
"""Of a reply, to one screen: ten a second at most, as fast as a model speaks."""
REPLY_GB: Final = 1.6e-6
"""The event of a reply with about 1,000 characters, in the table and in each of its indexes."""
PUBLISH_SECONDS: Final = 0.02
"""Of an invocation that passes a frame of speech on."""
ANSWERED_SECONDS: Final = 120
"""How long the assistant speaks in ten minutes."""
TURNS: Final = 40
"""Of both, in ten minutes."""
TRANSCRIPTS: Final = 3
"""That are shown of a turn while it is spoken."""
TOKENS_HEARD: Final = 3_000
TOKENS_SPOKEN: Final = 2_000
"""In ten minutes, as the first Nova Sonic counts them."""
TOKENS_READ: Final = 1_000
"""For a reply: the question, and as much of the conversation as was said before it."""
TOKENS_WRITTEN: Final = 250
"""Of a reply: about 1,000 characters."""
SWEEP_SECONDS: Final = 0.25
"""Of the sweeper where nobody is connected."""
ARCHIVE_SECONDS: Final = 1.0
"""Of the archiver where nothing has happened."""

POLLS_A_MINUTE: Final = 15
"""Of a queue in which nothing waits: five pollers of Lambda's, each of which waits for 20 s at a time."""

LOG_LINE_GB: Final = 350e-9
EVENT_GB: Final = 0.6e-6
"""An event with a text of about 200 characters, in the table and in each of its indexes."""
MESSAGE_GB: Final = 0.4e-6
ROW_GB: Final = 0.5e-6
"""A connection's row, in the table and in each index that keeps it once it has ended."""

FRAMES_A_SECOND: Final = 10
"""Of speech: a frame of 100 ms has 4 to 9 KB, which is one message."""
BUSY_TEXTS: Final = 100
"""Texts of a busy batch of the projector."""
BUSY_CONNECTIONS: Final = 20
"""Connections that they are from."""
BUSY_OPENED: Final = 100
"""Connections of a busy batch that open or close."""

TRACED_SHARE: Final = 0.05
"""Of the invocations of a traced function, beside one a second: X-Ray's default."""

ARCHIVED_GB: Final = 119e-9
"""An event in the archive; it and the two that follow as ``python -m benchmarks archiving`` measures them."""
ARCHIVED_EVENT_GB: Final = 472e-9
"""The same event in the log."""
ARCHIVED_EVENT_SECONDS: Final = 74e-6
"""Of a whole processor, to archive an event and to count it."""
PROCESSOR_GB: Final = 1.769
"""Memory for which Lambda gives a whole processor (AWS Lambda developer guide, "Memory")."""
