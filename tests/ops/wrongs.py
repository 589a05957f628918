"""Read models that went wrong: what to do to them, and what each is then called."""

from collections.abc import Callable
from typing import Any, Final

from functions.domain.log.facts import ConnectionClosed, ConnectionOpened, TextMessageReceived
from functions.names import CONNECTIONS_KEY, MESSAGES_KEY, METRICS_KEY, SESSIONS_KEY
from tests.stage import NOW, Stage, happened

TEXT: Final = happened("c1", TextMessageReceived("hello"), 1_000, session_id="s-1")
HISTORY: Final = (
    happened("c1", ConnectionOpened("203.0.113.17", "browser"), session_id="s-1"),
    TEXT,
    happened("c2", ConnectionOpened()),
    happened("c2", ConnectionClosed(1001), 5_000),
)


def clock() -> float:
    """Return the time of the tests, epoch seconds."""
    return NOW / 1000


def _change(table: str, **attributes: dict[str, Any]) -> Callable[[Stage], None]:
    def change(stage: Stage) -> None:
        name = getattr(stage.tables, table)
        item = next(item for item in stage.items(name) if _is_first(item))
        stage.client.put_item(TableName=name, Item={**item, **attributes})

    return change


def _is_first(item: dict[str, Any]) -> bool:
    return any(
        item.get(name) in ({"S": "c1"}, {"S": "opened"}, {"S": "s-1"})
        for name in ("connectionId", "connection_id", "metric", "session_id")
    )


def _delete(table: str, key: tuple[str, ...]) -> Callable[[Stage], None]:
    def delete(stage: Stage) -> None:
        name = getattr(stage.tables, table)
        item = next(item for item in stage.items(name) if _is_first(item))
        stage.client.delete_item(TableName=name, Key={part: item[part] for part in key})

    return delete


def _surplus_row(stage: Stage) -> None:
    stage.project(happened("nobody", ConnectionOpened()))


def _surplus_message(stage: Stage) -> None:
    item = {**stage.items(stage.tables.messages)[0], "event_id": {"S": "01M83D2XC4NYNX6G55J21RMHC4"}}
    stage.client.put_item(TableName=stage.tables.messages, Item=item)


def _surplus_session(stage: Stage) -> None:
    key = {"user_id": {"S": "bob"}, "session_id": {"S": "s-9"}}
    stage.client.put_item(
        TableName=stage.tables.sessions, Item={**stage.items(stage.tables.sessions)[0], **key}
    )


def _surplus_counter(stage: Stage) -> None:
    key = {"metric": {"S": "lost"}, "bucket": {"S": "00000001#minute#2026-11-23T05:12#90d3"}}
    stage.client.put_item(TableName=stage.tables.metrics, Item={**key, "count": {"N": "1"}})


WRONGS: Final[dict[str, tuple[Callable[[Stage], None], str]]] = {
    "a row with another join": (
        _change("connections", lastActivity={"N": "1"}),
        "connection c1",
    ),
    "a row whose status is not what its join says": (
        _change("connections", status={"S": "DISCONNECTED"}),
        "connection c1",
    ),
    "a row that is elsewhere in an index": (
        _change("connections", activeShard={"S": "99"}),
        "connection c1",
    ),
    "a row of another generation": (
        _change("connections", generation={"N": "0"}),
        "connection c1",
    ),
    "a missing row": (_delete("connections", CONNECTIONS_KEY), "connection c1"),
    "a surplus row": (_surplus_row, "connection nobody"),
    "a counter that is too high": (_change("metrics", count={"N": "7"}), "counter opened"),
    "a missing counter": (_delete("metrics", METRICS_KEY), "counter opened"),
    "a surplus counter": (_surplus_counter, "counter lost"),
    "a missing message": (_delete("messages", MESSAGES_KEY), f"message s-1 {TEXT.event_id}"),
    "a surplus message": (_surplus_message, "message s-1 01M83D2XC4NYNX6G55J21RMHC4"),
    "a message with another text": (
        _change("messages", text={"S": "goodbye"}),
        f"message s-1 {TEXT.event_id}",
    ),
    "a missing session": (_delete("sessions", SESSIONS_KEY), "session alice s-1"),
    "a surplus session": (_surplus_session, "session bob s-9"),
    "a session with another title": (
        _change(
            "sessions",
            title={"M": {"event_id": {"S": TEXT.event_id}, "text": {"S": "bye"}, "expires_at": {"N": "1"}}},
        ),
        "session alice s-1",
    ),
    "a session that counts too many": (_change("sessions", texts={"N": "7"}), "session alice s-1"),
    "a session that was active at another time": (
        _change("sessions", last_activity={"N": "7"}),
        "session alice s-1",
    ),
    "a message with another status": (
        _change("messages", status={"S": "failed"}),
        f"message s-1 {TEXT.event_id}",
    ),
    "a message with an outcome that nothing led to": (
        _change(
            "messages",
            outcome={"M": {"event_id": {"S": "01M83D2XC4NYNX6G55J21RMHC4"}, "status": {"S": "answered"}}},
        ),
        f"message s-1 {TEXT.event_id}",
    ),
}
"""By name: how it went wrong, and how the difference is called that shows it."""
