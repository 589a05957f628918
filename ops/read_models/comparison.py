"""Compares connections and their messages, item by item, with what the fold of the log would write.

The log is read page by page: of a connection there is never more in memory than a page and its messages.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from functions.aws import batch_reads
from functions.aws.attributes import Attribute, Item
from functions.aws.log.event_reads import EventReads
from functions.aws.read_models import connection_items, message_items
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.counter_items import CounterKey, counters
from functions.aws.read_models.message_items import to_key
from functions.domain.connections.connection import Connection, join
from functions.domain.connections.counters import contribution
from functions.domain.log.retention import days_kept
from functions.domain.texts import messages as texts
from functions.domain.texts.messages import Message, MessageKey, rows_in
from functions.domain.texts.sessions import SessionKey, share_of_message, share_of_row
from functions.operations.projection.log_pages import log_pages
from ops.deployment import Deployment
from ops.read_models.differences import Difference, differing
from ops.read_models.sessions import missing
from ops.read_models.tallies import Tallies

_NOTHING: Attribute = {"N": "0"}


class Compared(msgspec.Struct, frozen=True):
    """One connection: its differences, what it adds to the counters, and what the log has of it.

    ``row_sum`` and ``message_sum`` are what `Tally` adds up: of the row and the messages that are there and
    that the log explains.
    """

    connection: str
    differences: tuple[Difference, ...]
    counts: Counter[CounterKey]
    messages: int
    row_sum: int
    message_sum: int


def compare(
    deployment: Deployment, connections: Sequence[str], generation: int, now: int, tallies: Tallies
) -> Iterator[Compared]:
    """Yield the connections of which the log has more than has expired by now (epoch milliseconds).

    The tallies give the sums of what is there.
    """
    rows = _rows(deployment, connections)  # before the log: what is appended meanwhile is a difference
    for connection in connections:
        empty = row = Connection(connection)
        differences: list[Difference] = []
        counts: Counter[CounterKey] = Counter()
        messages = message_sum = 0
        sessions: set[SessionKey] = set()
        for page in log_pages(connection, deployment.log, now):
            row = join(row, page)
            for message, item, is_due in _stored(deployment, connection, rows_in(page), now):
                if is_due:
                    counts.update(_moved_by_message(message, generation))
                    messages += 1
                    message_sum += tallies.messages.sum_of(item, *message.key)
                what = f"message {message.conversation} {message.event_id}"
                if share := share_of_message(message):
                    sessions.add(share.key)
                revision = int((item or {}).get("revision", _NOTHING)["N"])
                differences += differing(what, message_items.encode(message, revision, generation), item)
        if row == empty:
            continue
        counts.update(_moved_by_row(row, generation))
        item = rows.get(connection)
        revision = int((item or {}).get("revision", _NOTHING)["N"])
        due = connection_items.encode(Stored(row, revision, generation))
        differences += differing(f"connection {connection}", due, item)
        if share := share_of_row(row):
            sessions.add(share.key)
        differences += missing(deployment, () if row.forgotten else sorted(sessions))
        row_sum = tallies.connections.sum_of(item, connection)
        yield Compared(connection, tuple(differences), counts, messages, row_sum, message_sum)


def recount(
    deployment: Deployment, connections: Sequence[str], generation: int, now: int
) -> Iterator[Counter[CounterKey]]:
    """Yield the counters that each connection and its messages add to, from the log alone."""
    for connection in connections:
        empty = row = Connection(connection)
        counts: Counter[CounterKey] = Counter()
        for page in log_pages(connection, deployment.log, now):
            row = join(row, page)
            for message in rows_in(page).values():
                counts.update(_moved_by_message(message, generation))
        if row != empty:
            counts.update(_moved_by_row(row, generation))
        yield counts


def _moved_by_row(row: Connection, generation: int) -> Counter[CounterKey]:
    return counters(contribution(row), generation, days_kept(row.created_at, row.expires_at))


def _moved_by_message(message: Message, generation: int) -> Counter[CounterKey]:
    if message.at is None:
        return Counter()
    return counters(message.contribution, generation, days_kept(message.at, message.expires_at))


def _rows(deployment: Deployment, connections: Sequence[str]) -> dict[str, Item]:
    table = deployment.outputs.connections_table
    keys = [(table, {"connectionId": Attribute(S=connection)}) for connection in connections]
    return {item["connectionId"]["S"]: item for _, item in batch_reads.read(deployment.client, keys)}


def _stored(
    deployment: Deployment, connection: str, rows: Mapping[MessageKey, Message], now: int
) -> Iterator[tuple[Message, Item | None, bool]]:
    """Yield each message with its item, and whether it is due here; read for as many at once as may be.

    A text and its outcome may be on two pages of the log. Then each is compared with what the other adds, and
    the message is due where its text is.
    """
    table = deployment.outputs.messages_table
    messages = list(rows.values())
    for start in range(0, len(messages), batch_reads.TOGETHER):
        together = messages[start : start + batch_reads.TOGETHER]
        asked = [(table, to_key(message.key)) for message in together]
        items = {
            (item["conversation"]["S"], item["event_id"]["S"]): item
            for _, item in batch_reads.read(deployment.client, asked)
        }
        elsewhere = _other_halves(deployment, connection, together, items, now)
        for message in together:
            other = elsewhere.get(message.key)
            whole = message if other is None else texts.join(message, other)
            yield whole, items.get(message.key), message.text is not None or whole.text is None


def _other_halves(
    deployment: Deployment,
    connection: str,
    messages: Sequence[Message],
    items: Mapping[MessageKey, Item],
    now: int,
) -> dict[MessageKey, Message]:
    """Return what events on other pages say of texts: the text of an outcome, or the outcome of a text."""
    ids = []
    for message in messages:
        if message.text is None:
            ids.append(message.event_id)
        elif message.role == "user" and message.outcome is None and "outcome" in items.get(message.key, {}):
            ids.append(items[message.key]["outcome"]["M"]["event_id"]["S"])
    found = EventReads(deployment.client, deployment.outputs.events_table).get(
        [(connection, event_id) for event_id in ids], now
    )
    return rows_in(arrived.event for arrived in found.values())
