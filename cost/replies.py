"""What a stack costs for its replies, by the million."""

from cost import assumed, counts
from cost.bills import Bill, line
from cost.stack import Stack
from cost.work import MILLION, indexes, invoked, kept, logged, written
from ops import prices


def replies(stack: Stack) -> Bill:
    """Return what a million replies of about 1,000 characters cost, each alone, and shown on one screen."""
    events = 1 + indexes(stack)
    outcome = (events * counts.REPLY + counts.RESERVATIONS) * counts.TRANSACTION
    appended = counts.LEASE + outcome + counts.NUMBER_KEPT
    rows = counts.ROW + counts.CHANGED_INDEXES
    # with the text's row once more, which says what became of it
    messages = counts.REPLY_MESSAGE + counts.MESSAGE
    projection = (messages + counts.SESSION + rows + counts.COUNTERS_OF_TEXT) * counts.TRANSACTION
    reads = counts.READS + 2 * counts.READS_OF_MESSAGE + counts.READS_OF_SESSION
    looks = assumed.ANSWER_SECONDS * counts.READS_OF_LOOK
    gb = events * assumed.REPLY_GB + assumed.MESSAGE_GB + assumed.NUMBER_GB
    tokens = (
        (prices.TOKENS_READ, assumed.TOKENS_READ * MILLION),
        (prices.TOKENS_WRITTEN, assumed.TOKENS_WRITTEN * MILLION),
    )
    return Bill(
        "a million replies",
        (
            line("model: tokens that it reads and writes", *tokens),
            invoked("responder", stack, MILLION, assumed.ANSWER_SECONDS),
            written(
                f"append: the lease, ({events} times the event + what it settles) doubled, its number again",
                appended,
            ),
            written("projection: messages, session, row and its indexes, counters, doubled", projection),
            line("projection: reads", (prices.READ_UNITS, reads * MILLION)),
            invoked("projector", stack, MILLION, assumed.PROJECT_SECONDS),
            written("delivery: the number", counts.NUMBER),
            line(
                "conversation, delivery, and a look each second: reads",
                (prices.READ_UNITS, (counts.READS_OF_ANSWER + looks) * MILLION),
            ),
            line(
                "gateway: deltas and the reply, to one screen",
                (prices.MESSAGES, (assumed.DELTAS + 1) * MILLION),
            ),
            logged(2),
            *kept(stack, gb, assumed.REPLY_GB + assumed.NUMBER_GB),
        ),
    )
