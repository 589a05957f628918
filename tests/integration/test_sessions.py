"""The list of a user's conversations, as clients and services see it, and what became of texts."""

import uuid
from typing import Any

from tests.integration.backend import Backend
from tests.integration.conftest import Connect
from tests.integration.waiting import eventually


def told(client: Any, **data: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.ask({"type": "sessions", "id": "s-1", "data": data})
    assert (answer["type"], answer["id"]) == ("sessions_page", "s-1"), answer
    page: dict[str, Any] = answer["data"]
    return page


def texts_of(page: dict[str, Any]) -> dict[str, int]:
    return {session["sessionId"]: session["texts"] for session in page["sessions"]}


def test_a_user_is_told_their_conversations_the_one_that_was_active_last_first(
    backend: Backend, connect: Connect, user: str
) -> None:
    names = [f"{name}-{uuid.uuid4().hex}" for name in ("written", "spoken", "silent")]
    written, spoken, silent = (connect(user, name) for name in names)
    stranger = connect(f"{user}-stranger", f"of-a-stranger-{uuid.uuid4().hex}")
    written.text("What is the\ntime?")
    spoken.ask({"type": "voice_start"})
    written.text("Hello?")
    stranger.text("A secret")

    eventually(lambda: texts_of(told(silent)) == {names[0]: 2, names[1]: 0})

    page = told(silent)
    first, second = page["sessions"]
    assert (first["sessionId"], first["title"]) == (names[0], "What is the time?")
    assert first["lastActivity"] > first["firstActivity"]
    assert (second["sessionId"], second["texts"], second["voiceSessions"]) == (names[1], 0, 1)
    assert "title" not in second
    one = told(silent, limit=1)
    other = told(silent, limit=1, cursor=one["cursor"])
    assert [*one["sessions"], *other["sessions"]] == page["sessions"]
    listed = backend.manage("list_sessions", userId=user)
    assert [each["sessionId"] for each in listed["sessions"]] == names[:2]


def test_the_sessions_equal_the_log(backend: Backend, connect: Connect, user: str) -> None:
    session = f"talk-{uuid.uuid4().hex}"
    first, second = connect(user, session), connect(user, session)
    for number in range(3):
        first.text(f"text {number}")
        second.text(f"more {number}")

    eventually(lambda: texts_of(told(first)) == {session: 6})

    [kept] = told(second)["sessions"]
    assert (kept["sessionId"], kept["texts"], kept["title"]) == (session, 6, "text 0")
