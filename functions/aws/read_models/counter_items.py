"""The items of the metrics table: the control item, and counters by minute, by day, and of now, in shards.

A counter's partition is its name; its sort key begins with the generation that counts, so that a rebuild
counts beside the counters that are being served. It ends with the days for which what it counts is kept, and
the shard, as ``90d3``: where the retention was changed, each counter still expires after all that it counts.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from functions.aws.attributes import Attribute
from functions.domain.connections.counters import NOW, Contribution
from functions.domain.log.ids import MINUTE
from functions.domain.log.retention import DAY_SECONDS

DAY: Final = 1440 * MINUTE
CONTROL_KEY: Final[dict[str, Attribute]] = {"metric": {"S": "control"}, "bucket": {"S": "control"}}
"""Where the current generation, the one being served, and the position of a rebuild are kept."""

Resolution = Literal["minute", "day", "now"]
_FORMATS: Final[Mapping[Resolution, str]] = {"minute": "%Y-%m-%dT%H:%M", "day": "%Y-%m-%d"}
_LENGTHS: Final[Mapping[Resolution, int]] = {"minute": MINUTE, "day": DAY}


class CounterKey(NamedTuple):
    """One counter of one generation, over all its shards.

    ``at`` starts its minute or day, ``days`` is for how long what it counts is kept; both are 0 for now.
    """

    generation: int
    name: str
    resolution: Resolution
    at: int
    days: int

    @property
    def bucket(self) -> str:
        """The sort key without days and shard."""
        prefix = f"{bucket_prefix(self.generation)}{self.resolution}#"
        if self.resolution == "now":
            return prefix
        return f"{prefix}{datetime.fromtimestamp(self.at / 1000, UTC):{_FORMATS[self.resolution]}}#"

    def shard(self, number: int) -> str:
        """Return the sort key of one of its shards."""
        return f"{self.bucket}{number}" if self.resolution == "now" else f"{self.bucket}{self.days}d{number}"

    @property
    def expires_at(self) -> int | None:
        """When the counter expires, a day after the last of what it counts, in epoch seconds."""
        if self.resolution == "now":
            return None
        end = self.at + _LENGTHS[self.resolution]
        return (end + DAY) // 1000 + self.days * DAY_SECONDS


def bucket_prefix(generation: int) -> str:
    """Return what the sort keys of a generation's counters begin with; later generations sort higher."""
    return f"{generation:08d}#"


def parse(metric: str, bucket: str) -> CounterKey:
    """Return the counter that a key of the table is a shard of."""
    generation, resolution, *at, shard = bucket.split("#")
    match resolution:
        case "minute" | "day":
            start = datetime.strptime(at[0], _FORMATS[resolution]).replace(tzinfo=UTC)
            days, _, _ = shard.partition("d")
            return CounterKey(int(generation), metric, resolution, int(start.timestamp() * 1000), int(days))
        case _:
            return CounterKey(int(generation), metric, "now", 0, 0)


def counters(contribution: Contribution, generation: int, days: int) -> Counter[CounterKey]:
    """Return the counters that a contribution moves: each of its minutes, its day, or now.

    ``days`` are those for which what contributes is kept: see `days_kept`.
    """
    moved: Counter[CounterKey] = Counter()
    for (minute, name), change in contribution.items():
        if minute == NOW:
            moved[CounterKey(generation, name, "now", 0, 0)] += change
        else:
            moved[CounterKey(generation, name, "minute", minute, days)] += change
            moved[CounterKey(generation, name, "day", minute - minute % DAY, days)] += change
    return moved
