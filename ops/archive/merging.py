"""Asks the log and the archive, and makes one answer of both in which nothing stands twice."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from functions.aws.archive.archived_items import to_log_item
from functions.aws.attributes import Item
from functions.domain.archive.lines import Line
from functions.names import ARCHIVE_COLUMNS, EVENTS_KEY
from ops.archive.athena import ArchiveError, Athena, Row
from ops.archive.queries import ordered_by, statement
from ops.audit.meter import Meter
from ops.audit.selection import Selection
from ops.audit.sources import GoOn, select
from ops.deployment import Deployment


def athena_of(deployment: Deployment) -> Athena:
    """Return what asks a stack's archive.

    Raises
    ------
    ArchiveError
        If it has none.
    """
    database, workgroup = deployment.outputs.archive_database, deployment.outputs.archive_workgroup
    if database is None or workgroup is None:
        raise ArchiveError("this stack keeps no archive: set archive.enabled, and deploy")
    return Athena(deployment.athena, database, workgroup)


def select_from_both(
    deployment: Deployment, athena: Athena, selection: Selection, meter: Meter, *, wanted: int, go_on: GoOn
) -> list[Item]:
    """Return the items that a selection wants, of the log and of the archive, in its order.

    An event that both have is taken from the log, which is right for as long as it has the event.

    Raises
    ------
    ArchiveError
        If the archive does not answer.
    TooManyReadError
        If a filter of the log is not to go on.
    """
    # the events of a session come by id or, where nobody knows its connections, by arrival: all are sorted
    of_log = None if selection.session_id else wanted
    logged = select(deployment, selection, meter, wanted=of_log, go_on=go_on)
    return merged(archived(athena, selection, wanted), logged, selection)[:wanted]


def archived(athena: Athena, selection: Selection, wanted: int) -> Iterator[Item]:
    """Yield the items of a selection that the archive has, in its order."""
    for row in athena.rows(statement(selection, wanted)):
        yield to_log_item(_line(row))


def merged(archive: Iterable[Item], log: Iterable[Item], selection: Selection) -> list[Item]:
    """Return the items of both, each once, in the order of a selection."""
    by_key = {_key(item): item for items in (archive, log) for item in items}
    columns = ordered_by(selection)
    return sorted(
        by_key.values(),
        key=lambda item: tuple(_value(item, column) for column in columns),
        reverse=selection.newest_first,
    )


def _line(row: Row) -> Line:
    numbers = {name for name, type_ in ARCHIVE_COLUMNS.items() if type_ == "bigint"}
    values: dict[str, Any] = {
        name: int(value) if name in numbers else value for name, value in row.items() if value is not None
    }
    return msgspec.convert(values, Line)


def _key(item: Item) -> tuple[str, ...]:
    return tuple(item[name]["S"] for name in EVENTS_KEY)


def _value(item: Item, column: str) -> int | str:
    (value,) = item[column].values()
    return int(value) if column == "arrived_at" else str(value)
