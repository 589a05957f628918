"""Writes rows and messages with the counters that they move, and tells whose writes were refused."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec
from botocore.exceptions import ClientError

from functions.aws.faults import cancellation, is_invalid, unavailable
from functions.aws.read_models.transactions import Write, chunks
from functions.domain.refusals import Unavailable


class Written(msgspec.Struct, frozen=True):
    """What became of writes.

    Attributes
    ----------
    retryable, poisoned
        The connections whose writes were refused: those that may be tried again, and those that may not.
    moved
        How far the writes that were made have moved the counters, by name.
    """

    retryable: frozenset[str]
    poisoned: frozenset[str]
    moved: dict[str, int] = {}


def write(writes: Iterable[Write], transact: Callable[[Sequence[Write]], object]) -> Written:
    """Write in order, in as few transactions as hold the writes.

    A write that another writer overtook leaves its transaction with all of its connection, and the others go
    at once: a connection that is never still would else hold up all that happen to be written with it.

    A row is not written once a version of it, or a message before it, was refused and may be tried again: a
    later version names the revision before it, which somebody else may have written in the meantime.

    Parameters
    ----------
    writes
        Taken a transaction at a time, so that there may be any number of them.
    transact
        Carries out one transaction, as botocore does.
    """
    retryable: set[str] = set()
    poisoned: set[str] = set()
    stuck: set[str] = set()
    moved: Counter[str] = Counter()
    for chunk in chunks(writes):
        pending = [chunk]
        while pending:
            part = [write for write in pending.pop() if not (write.is_row and write.connection_id in stuck)]
            if not part:
                continue
            try:
                with unavailable():
                    transact(part)
            except Unavailable as refused:
                late = _overtaken(part, refused.__cause__) or {write.connection_id for write in part}
                retryable |= late
                stuck |= late
                pending.append([write for write in part if write.connection_id not in late])
            except ClientError as error:
                if not is_invalid(error):
                    raise
                if len(part) > 1:  # one of them cannot be written: find it
                    pending += [part[len(part) // 2 :], part[: len(part) // 2]]
                    continue
                poisoned.add(part[0].connection_id)
                if part[0].is_row:
                    stuck.add(part[0].connection_id)
            else:
                _add(moved, part)
    return Written(frozenset(retryable), frozenset(poisoned), moved)


def _add(moved: Counter[str], part: Sequence[Write]) -> None:
    for write in part:
        for name, change in write.moved.items():
            moved[name] += change


def _overtaken(part: Sequence[Write], cause: BaseException | None) -> set[str]:
    """Return the connections in a cancelled transaction that another writer was faster with."""
    if not isinstance(cause, ClientError):
        return set()
    return {
        write.connection_id
        # the reasons are in the order of the actions, and rows come before counters
        for write, reason in zip(part, cancellation(cause), strict=False)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
