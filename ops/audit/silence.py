"""Passes over a long silence: a log that has little in it is read as a whole, not day by day.

A silent day costs a request for each of its shards: 2,880 for 90 days. Nothing tells which days have any. But
a log that is silent for long has often little at all, and that is one request.
"""

from botocore.exceptions import ClientError

from functions.aws.attributes import Item
from functions.aws.log.arrivals import arrived_at
from functions.names import EVENTS_BY_ARRIVAL
from ops.audit.meter import MeteredReader


def whole_index(reader: MeteredReader, first: int, last: int, *, newest_first: bool) -> list[Item] | None:
    """Return what arrived in a time, in its order, if one page holds the whole index; else None.

    A page is 1 MB, which costs up to 128 read units. None too for who may not scan.
    """
    try:
        items = reader.whole(EVENTS_BY_ARRIVAL)
    except ClientError as problem:
        if problem.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return None
    if items is None:
        return None
    found = [item for item in items if first <= arrived_at(item) <= last]
    return sorted(found, key=arrived_at, reverse=newest_first)
