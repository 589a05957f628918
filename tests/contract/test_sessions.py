"""What the sessions table promises, on every DynamoDB."""

from typing import Any

import pytest

from functions.aws.log.event_log import EventLog
from functions.aws.read_models.read_model import ReadModel
from functions.aws.read_models.sessions import SessionLists
from functions.domain.log.events import Cause, Event, event
from functions.domain.log.facts import Fact, ReplyFailed, TextMessageReceived
from functions.domain.texts.sessions import Session, Title
from functions.operations.projection.projecting import Projection
from tests.tables import Tables

AT = 1_795_410_000_000
EXPIRES_AT = AT // 1000 + 90 * 86_400


def said(
    session: str, after: int, fact: Fact | None = None, connection: str = "one=", user: str = "ada"
) -> Event:
    """Return what happened in a session some milliseconds after its connection was opened."""
    cause = Cause(connection, user, session, AT, EXPIRES_AT, AT + after, f"{session} {after}")
    return event(cause, fact or TextMessageReceived(f"text {after}"))


@pytest.fixture
def model(client: Any, tables: Tables) -> ReadModel:
    return ReadModel(
        client,
        connections=tables.connections,
        messages=tables.messages,
        sessions=tables.sessions,
        metrics=tables.metrics,
    )


@pytest.fixture
def project(client: Any, tables: Tables, model: ReadModel) -> Any:
    def project(*events: Event) -> None:
        by_connection: dict[str, list[Event]] = {}
        for each in events:
            by_connection.setdefault(each.connection_id, []).append(each)
        log = EventLog(client, tables.events)
        assert not Projection(model, log, AT, pause=lambda _: None).project(by_connection)

    return project


@pytest.fixture
def lists(client: Any, tables: Tables) -> SessionLists:
    return SessionLists(client, tables.sessions)


def names(sessions: tuple[Session, ...]) -> list[str]:
    return [session.session_id for session in sessions]


def test_sessions_are_listed_by_their_last_activity_page_by_page(project: Any, lists: SessionLists) -> None:
    project(said("a", 1), said("b", 2, connection="two="), said("c", 3, connection="three="))
    project(said("a", 4), said("d", 5, connection="four=", user="bob"))

    first = lists.page("ada", 2, None, AT)
    rest = lists.page("ada", 2, first.after, AT)

    assert (names(first.sessions), names(rest.sessions), rest.after) == (["a", "c"], ["b"], None)
    assert names(lists.page("bob", 2, None, AT).sessions) == ["d"]
    assert lists.page("eve", 2, None, AT).sessions == ()


def test_a_session_is_the_sum_of_its_connections_whatever_comes_again(
    project: Any, lists: SessionLists
) -> None:
    text, other = said("a", 1), said("a", 9, connection="two=")
    failed = said("a", 12, ReplyFailed(other.event_id, "empty"), "two=")

    project(failed)
    project(other, text)
    project(text, failed)

    [session] = lists.page("ada", 9, None, AT).sessions
    title = Title(text.event_id, "text 1", EXPIRES_AT)
    assert session == Session("ada", "a", AT + 1, AT + 9, 2, 0, 1, 0, title, EXPIRES_AT, EXPIRES_AT)


def test_what_has_expired_is_not_listed(project: Any, lists: SessionLists) -> None:
    project(said("a", 1))

    assert lists.page("ada", 9, None, EXPIRES_AT * 1000).sessions == ()
