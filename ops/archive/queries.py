"""What Athena is asked for a selection: one statement that AWS and the embedded AWS read alike."""

from datetime import UTC, datetime
from typing import Final

from functions.domain.archive.hours import HOUR
from functions.domain.times import LATEST
from functions.names import ARCHIVE_COLUMNS, ARCHIVE_TABLE
from ops.audit.selection import Selection

_SELECTED: Final = ", ".join(
    # the embedded AWS guesses types by what it finds: a column in which nothing stands has none
    f'CAST("{name}" AS varchar) AS "{name}"' if type_ == "string" else f'"{name}"'
    for name, type_ in ARCHIVE_COLUMNS.items()
)


def statement(selection: Selection, wanted: int) -> str:
    """Return the query of a selection's events, in its order, as many as are wanted.

    Values stand in the text: the embedded AWS takes no parameters. A quote in a value is doubled, and nothing
    else has a meaning within quotes.
    """
    first, last = max(0, selection.first), min(selection.last, LATEST)
    conditions = [
        f"dt BETWEEN {_day(first)} AND {_day(last)}",
        f"arrived_at BETWEEN {first} AND {last}",
        *_equal("connection_id", selection.connection_id),
        *_equal("user_id", selection.user_id),
        *_equal("session_id", selection.session_id),
        *_equal("trace_id", selection.trace_id),
    ]
    if selection.types:
        conditions.append(f"CAST(type AS varchar) IN ({', '.join(map(_text, sorted(selection.types)))})")
    direction = "DESC" if selection.newest_first else "ASC"
    order = ", ".join(f"{column} {direction}" for column in ordered_by(selection))
    where = " AND ".join(conditions)
    return f"SELECT {_SELECTED} FROM {ARCHIVE_TABLE} WHERE {where} ORDER BY {order} LIMIT {wanted}"  # noqa: S608 - values are quoted


def hours_statement(user_id: str, first: int, last: int) -> str:
    """Return the query of the hours in which events of a user arrived, from one day to another.

    Parameters
    ----------
    user_id
        The user.
    first, last
        Times within those days, epoch milliseconds.
    """
    hour = f"CAST(floor(arrived_at / {HOUR}.0) AS bigint)"
    where = f"dt BETWEEN {_day(first)} AND {_day(last)} AND CAST(user_id AS varchar) = {_text(user_id)}"
    return f"SELECT DISTINCT {hour} AS hour FROM {ARCHIVE_TABLE} WHERE {where}"  # noqa: S608 - values are quoted


def ordered_by(selection: Selection) -> tuple[str, ...]:
    """Return the columns that order a selection's events: by id where it names whose, else by arrival."""
    if selection.connection_id or selection.user_id or selection.session_id:
        return ("event_id", "connection_id")
    return ("arrived_at", "connection_id", "event_id")


def _equal(column: str, value: str | None) -> list[str]:
    return [] if value is None else [f"CAST({column} AS varchar) = {_text(value)}"]


def _text(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _day(at: int) -> str:
    return _text(f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%d}")
