"""A deterministic stand-in for Lambda's event source mapping of a DynamoDB stream.

What it does is what AWS documents (Lambda developer guide: "Configuring partial batch response with
DynamoDB and Lambda", "Retain discarded records for a DynamoDB event source"); the embedded AWS does not.
Where AWS leaves something open, it takes the reading that is worse for the function.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from functions.domain.times import iso
from tests.standin.records import Record, Shard, number_of
from tests.standin.turns import Turns

Function = Callable[[dict[str, Any]], Any]
"""A handler that takes ``{"Records": […]}``; it may answer ``{"batchItemFailures": […]}`` or raise."""


@dataclass(frozen=True)
class Settings:
    """What the mapping is told; names and meanings as in AWS's API.

    Attributes
    ----------
    batch_size
        Records that are read at once; the filter may leave fewer.
    maximum_retry_attempts
        Invocations after the first one; finite here.
    maximum_record_age_seconds
        A record older than that is given up; -1 for never.
    event_names
        The filter.
    redelivery
        How likely a batch is delivered again after it succeeded, 0 to 1.
    """

    batch_size: int = 100
    maximum_retry_attempts: int = 3
    maximum_record_age_seconds: int = -1
    bisect_batch_on_function_error: bool = True
    report_batch_item_failures: bool = True
    event_names: frozenset[str] = frozenset({"INSERT"})
    redelivery: float = 0.0


@dataclass(frozen=True)
class _Batch:
    shard_id: str
    records: tuple[Record, ...]
    retries: int
    invocations: int = 0
    redelivered: bool = False


class Mapping:
    """Delivers the records of shards to a function, each shard by a poller of its own.

    Parameters
    ----------
    function
        The function.
    on_failure
        The destination; takes the metadata of what is discarded, as AWS sends it.
    settings
        Batch size, retries and the like.
    turns
        Who runs next: pollers, and whatever else shares it, interleave at each invocation.
    seed
        Decides what is delivered again.
    clock
        The time in epoch seconds, which the age of records is judged by.
    """

    def __init__(
        self,
        function: Function,
        on_failure: Callable[[dict[str, Any]], None],
        settings: Settings = Settings(),
        *,
        turns: Turns | None = None,
        seed: int = 0,
        clock: Callable[[], int] = lambda: 1_795_410_000,
    ) -> None:
        self._function = function
        self._on_failure = on_failure
        self._settings = settings
        self._turns = turns or Turns(seed)
        self._random = Random(seed)  # noqa: S311 - no secret, and it must repeat
        self._clock = clock
        self._drained: set[str] = set()

    def drain(self, shards: Sequence[Shard]) -> None:
        """Deliver all records; return when each has succeeded or was discarded."""
        self._turns.run(*self.pollers(shards))

    def pollers(self, shards: Sequence[Shard]) -> list[Callable[[], None]]:
        """Return what `Turns.run` takes, for drains that run beside others."""
        return [self._poller(shard) for shard in shards]

    def _poller(self, shard: Shard) -> Callable[[], None]:
        def poll() -> None:
            while shard.parent is not None and shard.parent not in self._drained:
                self._turns.pause()
            records, size = shard.records, self._settings.batch_size
            for start in range(0, len(records), size):
                wanted = [
                    record
                    for record in records[start : start + size]
                    if record["eventName"] in self._settings.event_names
                ]
                self._deliver(_Batch(shard.id, tuple(wanted), self._settings.maximum_retry_attempts))
            self._drained.add(shard.id)

        return poll

    def _deliver(self, batch: _Batch) -> None:
        """Deliver a batch and what becomes of it, in order: nothing overtakes what failed."""
        waiting = [batch]
        while waiting:
            self._turns.pause()
            batch = self._drop_old(waiting.pop())
            if batch.records:
                waiting.extend(reversed(self._invoke(replace(batch, invocations=batch.invocations + 1))))

    def _drop_old(self, batch: _Batch) -> _Batch:
        oldest = self._settings.maximum_record_age_seconds
        if oldest < 0:
            return batch
        created = [record["dynamodb"]["ApproximateCreationDateTime"] for record in batch.records]
        old = sum(self._clock() - at > oldest for at in created)  # a shard is in the order of time
        if old:
            self._discard(replace(batch, records=batch.records[:old]), "RecordAgeExceeded", error=False)
        return replace(batch, records=batch.records[old:])

    def _invoke(self, batch: _Batch) -> list[_Batch]:
        """Invoke the function once and return what is still to be delivered, first things first."""
        try:
            answer = self._function({"Records": list(batch.records)})
        except Exception:  # noqa: BLE001 - whatever the function raises
            return self._failed(batch, error=True)
        if not self._settings.report_batch_item_failures:
            failures: Any = None
        else:
            failures = (answer or {}).get("batchItemFailures")
        if failures:
            return self._reported(batch, failures)
        if not batch.redelivered and self._random.random() < self._settings.redelivery:
            return [replace(batch, redelivered=True)]
        return []

    def _reported(self, batch: _Batch, failures: list[dict[str, Any]]) -> list[_Batch]:
        numbers = [str(number_of(record)) for record in batch.records]
        reported = [failure.get("itemIdentifier") for failure in failures]
        if not all(number in numbers for number in reported):
            return self._failed(batch, error=False)
        first = min(numbers.index(str(number)) for number in reported)
        if first == 0:  # no progress: as if nothing had been reported, and no reason to bisect
            return self._retry(batch, error=False)
        rest = replace(batch, records=batch.records[first:])
        if self._settings.bisect_batch_on_function_error:  # a split at that record: no retry is used up
            return [rest]
        return self._retry(rest, error=False)

    def _failed(self, batch: _Batch, *, error: bool) -> list[_Batch]:
        if self._settings.bisect_batch_on_function_error and len(batch.records) > 1:
            half = len(batch.records) // 2
            return [replace(batch, records=part) for part in (batch.records[:half], batch.records[half:])]
        return self._retry(batch, error=error)

    def _retry(self, batch: _Batch, *, error: bool) -> list[_Batch]:
        if batch.retries:
            return [replace(batch, retries=batch.retries - 1)]
        self._discard(batch, "RetryAttemptsExhausted", error=error)
        return []

    def _discard(self, batch: _Batch, condition: str, *, error: bool) -> None:
        first, last = batch.records[0]["dynamodb"], batch.records[-1]["dynamodb"]
        response = {"statusCode": 200, "executedVersion": "$LATEST"}
        self._on_failure(
            {
                "requestContext": {
                    "requestId": f"{number_of(batch.records[0])}-{batch.invocations}",
                    "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:projector",
                    "condition": condition,
                    "approximateInvokeCount": batch.invocations,
                },
                "responseContext": {**response, **({"functionError": "Unhandled"} if error else {})},
                "version": "1.0",
                "timestamp": iso(self._clock() * 1000),
                "DDBStreamBatchInfo": {
                    "shardId": batch.shard_id,
                    "startSequenceNumber": first["SequenceNumber"],
                    "endSequenceNumber": last["SequenceNumber"],
                    "approximateArrivalOfFirstRecord": _arrival(first),
                    "approximateArrivalOfLastRecord": _arrival(last),
                    "batchSize": len(batch.records),
                    "streamArn": batch.records[0]["eventSourceARN"],
                },
            }
        )


def _arrival(change: dict[str, Any]) -> str:
    return iso(change["ApproximateCreationDateTime"] * 1000).replace(".000", "")  # to the second, as AWS does
