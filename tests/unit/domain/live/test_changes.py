"""What is told of a row that changes, and of a session."""

from typing import Any

import msgspec
import pytest

from functions.domain.connections.connection import Closed, Connection, Lost, Opened, Operator
from functions.domain.live.changes import (
    ConnectionChanged,
    SessionChanged,
    for_operators,
    of_connection,
    of_session,
)
from functions.domain.log.redaction import pseudonym
from functions.domain.texts.sessions import Session, Title

NOT_YET = Connection("c-1")
OPEN = Connection(
    "c-1",
    "ada",
    "s-1",
    created_at=1_000,
    last_activity=1_000,
    opened=Opened("e-1", "203.0.113.7", "a browser"),
)
CLOSED = msgspec.structs.replace(OPEN, closed=Closed("e-9", 5_000))
LOST = msgspec.structs.replace(OPEN, lost=Lost("e-8", 4_000, "sweeper"))
PUT_OUT = msgspec.structs.replace(OPEN, operator=Operator("e-7", "DISCONNECTED", "grace"))


def told(before: Connection, after: Connection) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(each) for each in of_connection(before, after)]


def test_an_opened_connection_is_told_with_nothing_of_where_it_is_from() -> None:
    assert told(NOT_YET, OPEN) == [
        {
            "kind": "connection",
            "change": "opened",
            "connectionId": "c-1",
            "userId": "ada",
            "sessionId": "s-1",
            "status": "CONNECTED",
            "at": "1970-01-01T00:00:01.000Z",
        }
    ]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (NOT_YET, CLOSED, ["opened", "ended"]),
        (OPEN, CLOSED, ["ended"]),
        (OPEN, LOST, ["ended"]),
        (LOST, CLOSED, []),
        (LOST, msgspec.structs.replace(LOST, last_activity=4_500), ["status"]),
        (OPEN, PUT_OUT, ["status"]),
        (PUT_OUT, msgspec.structs.replace(CLOSED, operator=PUT_OUT.operator), ["ended"]),
        (OPEN, msgspec.structs.replace(OPEN, last_activity=9_000), []),
        (NOT_YET, msgspec.structs.replace(OPEN, opened=None), []),
        (OPEN, msgspec.structs.replace(CLOSED, forgotten=True), []),
        (OPEN, msgspec.structs.replace(CLOSED, user_id=pseudonym("x" * 20)), []),
    ],
)
def test_what_changes_is_told_once(before: Connection, after: Connection, changes: list[str]) -> None:
    assert [each["change"] for each in told(before, after)] == changes


SPOKEN = Session(
    "ada", "s-1", 1_000, 2_000, texts=1, title=Title("e-2", "What is a join?", 2**33), expires_at=2**33
)


def test_a_session_is_told_as_its_list_shows_it() -> None:
    [change] = of_session(SPOKEN, now=3)

    shown = msgspec.to_builtins(change)
    assert (shown["kind"], shown["userId"]) == ("session", "ada")
    assert shown["session"]["texts"] == 1
    assert shown["session"]["title"] == "What is a join?"


@pytest.mark.parametrize(
    "session",
    [Session("ada", "s-1", replies=1), msgspec.structs.replace(SPOKEN, user_id=pseudonym("x" * 20))],
)
def test_nothing_is_told_of_a_session_that_no_list_has(session: Session) -> None:
    assert list(of_session(session, now=3)) == []


def test_operators_are_told_nobodys_words() -> None:
    [change] = of_session(SPOKEN, now=3)

    theirs = for_operators(change)

    assert isinstance(theirs, SessionChanged)
    assert theirs.session.title is None
    opened = ConnectionChanged("opened", "c-1", "ada", "CONNECTED")
    assert for_operators(opened) == opened
