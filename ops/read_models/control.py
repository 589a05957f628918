"""The control item: which generation counts, which is served, and how far a rebuild has come."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from functions.aws.attributes import from_item, to_attribute, to_item
from functions.aws.faults import CONDITION_FAILED, code_of
from functions.aws.read_models.counter_items import CONTROL_KEY


class Progress(msgspec.Struct, frozen=True):
    """The control item. ``started_at`` (epoch seconds) only while a rebuild is under way.

    ``positions`` holds how far each segment of the log has come that was begun: the key after which it goes
    on, or nothing if it is finished.
    """

    generation: int = 1
    serving: int = 1
    started_at: int | None = None
    positions: dict[str, dict[str, str]] = {}

    @property
    def rebuilding(self) -> bool:
        """Whether a rebuild was begun and not finished."""
        return self.generation != self.serving


class ControlItem:
    """Reads and moves the control item of a metrics table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self) -> Progress:
        """Return the control item, as it is before the first rebuild if there is none."""
        answer = self._client.get_item(TableName=self._table, Key=CONTROL_KEY, ConsistentRead=True)
        if "Item" not in answer:
            return Progress()
        return msgspec.convert(from_item(answer["Item"]), Progress)

    def exists(self) -> bool:
        """Tell whether a rebuild was ever begun, as far as the table knows."""
        answer = self._client.get_item(TableName=self._table, Key=CONTROL_KEY, ConsistentRead=True)
        return "Item" in answer

    def begin(self, progress: Progress, now: Callable[[], float] = time.time) -> Progress:
        """Raise the generation; of two rebuilds that begin at once only one does, both go on with it."""
        begun = Progress(progress.generation + 1, progress.serving, int(now()))
        try:
            self._client.put_item(
                TableName=self._table,
                Item={**CONTROL_KEY, **to_item(msgspec.to_builtins(begun))},
                ConditionExpression="attribute_not_exists(metric) OR #generation = :generation",
                ExpressionAttributeNames={"#generation": "generation"},
                ExpressionAttributeValues={":generation": to_attribute(progress.generation)},
            )
        except ClientError as error:
            if code_of(error) != CONDITION_FAILED:
                raise
            return self.read()
        return begun

    def keep(self, generation: int, segment: int, position: dict[str, Any] | None) -> bool:
        """Record how far a segment has come, None if it is finished.

        Returns
        -------
        bool
            Whether the rebuild is still under way; another run of it may have finished it.
        """
        return self._update(
            generation,
            "SET positions.#segment = :position",
            {"#segment": str(segment)},
            {":position": {"M": position or {}}},
        )

    def serve(self, generation: int) -> None:
        """Let readers of metrics use a generation, which ends its rebuild, unless it has ended already."""
        self._update(
            generation,
            "SET #serving = :generation REMOVE started_at, positions",
            {"#serving": "serving"},
            {},
        )

    def _update(
        self, generation: int, expression: str, names: dict[str, str], values: dict[str, Any]
    ) -> bool:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=CONTROL_KEY,
                UpdateExpression=expression,
                # positions are there as long as the rebuild is, and a later one begins only after it
                ConditionExpression="#generation = :generation AND attribute_exists(positions)",
                ExpressionAttributeNames={"#generation": "generation", **names},
                ExpressionAttributeValues={":generation": to_attribute(generation), **values},
            )
        except ClientError as error:
            if code_of(error) != CONDITION_FAILED:
                raise
            return False
        return True
