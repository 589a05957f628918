"""The read models in memory, as particular about what they can store as the tables are."""

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from functions.aws.read_models import connection_items, message_items
from functions.aws.read_models.connection_items import Stored
from functions.aws.read_models.message_items import StoredMessage
from functions.aws.read_models.read_model import LoadedRows, ReadModel
from functions.aws.read_models.sharing import Sessions
from functions.aws.read_models.transactions import Watch, Write
from functions.aws.read_models.writing import Written
from functions.domain.texts.messages import MessageKey
from tests.fuzz.storing import refuse


class Nothing:
    """A client whose tables are empty."""

    def batch_get_item(self, **_: Any) -> dict[str, Any]:
        """Return no item."""
        return {"Responses": {}}


class MemoryModel(ReadModel):
    """Rows and messages, written one by one.

    Attributes
    ----------
    rows
        By connection.
    """

    def __init__(self) -> None:
        super().__init__(
            None,
            connections="connections",
            messages="messages",
            sessions="sessions",
            metrics="metrics",
            draw=lambda _: 0,
        )
        self.rows: dict[str, Stored] = {}
        self._messages_by_key: dict[MessageKey, StoredMessage] = {}

    def load(self, connections: Iterable[str], messages: Iterable[MessageKey] = ()) -> LoadedRows:
        """Return what is there."""
        rows = {each: self.rows[each] for each in connections if each in self.rows}
        known = self._messages_by_key
        return LoadedRows(1, rows, {key: known[key] for key in messages if key in known})

    def write(self, writes: Iterable[Write], now: int = 0, watch: Watch | None = None) -> Written:
        """Write what the tables would take."""
        poisoned = set()
        for write in writes:
            try:
                rows, updates = self._actions([write])
                for action in (*rows, *updates, *self._shared(write, now)):
                    ((_, what),) = action.items()
                    refuse(what.get("Item", {}), keys=(write.connection_id,))
                    refuse(what.get("ExpressionAttributeValues", {}))
            except ClientError:
                poisoned.add(write.connection_id)
                continue
            self._keep(write)
            if watch is not None:
                watch([write], ())
        return Written(frozenset(), frozenset(poisoned))

    def _shared(self, write: Write, now: int) -> list[dict[str, Any]]:
        return Sessions(Nothing(), "sessions", self._sleep).actions([write.share], 1, now // 1000)

    def _keep(self, write: Write) -> None:
        item = write.put["Item"]
        if "conversation" in item:
            key = item["conversation"]["S"], item["event_id"]["S"]
            self._messages_by_key[key] = message_items.decode(item)
        else:
            self.rows[write.connection_id] = connection_items.decode(item)
