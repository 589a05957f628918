"""``sessions``: a user's conversations, the one that was active last first, page by page."""

from typing import Any

import pytest

from functions.aws.read_models.session_items import encode
from functions.domain.feeds.limits import FeedLimits
from functions.domain.texts.sessions import Session, Title
from functions.domain.times import iso
from tests.feeds.scene import START, Scene
from tests.gateway_events import identity

LATER = START // 1000 + 86_400
MINUTES = 60_000


@pytest.fixture
def scene() -> Scene:
    return Scene()


def keep(scene: Scene, number: int, user_id: str = "alice", **changes: Any) -> None:
    """Keep a session that was active so many seconds before now."""
    values: dict[str, Any] = {"expires_at": LATER, "complete_until": LATER, "texts": 1, **changes}
    at = START - number * 1_000
    session = Session(user_id, f"talk-{number}", at - 500, at, **values)
    scene.client.put_item(TableName=scene.tables.sessions, Item=encode(session, 1, 1))


def asked(scene: Scene, data: object = None, **who: Any) -> Any:
    return scene.frame("sessions", data, authorizer=identity(**who))


def ids(answer: Any) -> list[str]:
    return [session["sessionId"] for session in answer["data"]["sessions"]]


def test_a_session_shows_from_when_to_when_how_much_and_its_first_words(scene: Scene) -> None:
    title = Title("01M83D2XC4NYNX6G55J21RMHC4", "what is the time?", LATER)
    keep(scene, 1, texts=3, replies=2, failed=1, voice_sessions=4, title=title)

    answer = asked(scene)

    assert (answer["type"], answer["id"]) == ("sessions_page", "f-1")
    assert answer["data"] == {
        "sessions": [
            {
                "sessionId": "talk-1",
                "firstActivity": iso(START - 1_500),
                "lastActivity": iso(START - 1_000),
                "texts": 3,
                "replies": 2,
                "failed": 1,
                "voiceSessions": 4,
                "title": "what is the time?",
            }
        ]
    }


def test_who_has_said_nothing_yet_has_no_sessions(scene: Scene) -> None:
    assert asked(scene)["data"] == {"sessions": []}


def test_the_session_that_was_active_last_is_first_and_pages_go_on_to_the_end(scene: Scene) -> None:
    for number in (3, 1, 5, 2, 4):
        keep(scene, number)

    first = asked(scene, {"limit": 2})
    second = asked(scene, {"limit": 2, "cursor": first["data"]["cursor"]})
    last = asked(scene, {"limit": 2, "cursor": second["data"]["cursor"]})

    assert [ids(page) for page in (first, second, last)] == [
        ["talk-1", "talk-2"],
        ["talk-3", "talk-4"],
        ["talk-5"],
    ]
    assert "cursor" not in last["data"]


def test_a_page_that_is_just_full_says_so(scene: Scene) -> None:
    keep(scene, 1)
    keep(scene, 2)

    assert "cursor" not in asked(scene, {"limit": 2})["data"]


def test_nobody_sees_the_sessions_of_another(scene: Scene) -> None:
    keep(scene, 1, "bob")

    assert asked(scene)["data"] == {"sessions": []}
    assert ids(asked(scene, userId="bob")) == ["talk-1"]


def test_the_cursor_of_another_user_is_refused(scene: Scene) -> None:
    for number in (1, 2):
        keep(scene, number)
        keep(scene, number, "bob")
    cursor = asked(scene, {"limit": 1}, userId="bob")["data"]["cursor"]

    answer = asked(scene, {"limit": 1, "cursor": cursor})

    assert (answer["type"], answer["data"]["code"]) == ("error", "invalid_message")


@pytest.mark.parametrize("cursor", ["", "x", "A" * 401, "a b", 7, "AAAAAAAAAAAAAAAAWyJ0YWxrLTEiLDFd"])
def test_what_is_no_cursor_is_refused(scene: Scene, cursor: object) -> None:
    assert asked(scene, {"cursor": cursor})["data"]["code"] == "invalid_message"


def test_what_has_expired_is_not_shown_whether_it_is_deleted_or_not(scene: Scene) -> None:
    keep(scene, 1, expires_at=START // 1000)
    keep(scene, 2, title=Title("01M83D2XC4NYNX6G55J21RMHC4", "long ago", START // 1000))

    [session] = asked(scene)["data"]["sessions"]

    assert session["sessionId"] == "talk-2"
    assert "title" not in session


def test_a_page_with_much_that_has_expired_goes_on_by_its_cursor(scene: Scene) -> None:
    for number in range(1, 20):
        keep(scene, number, expires_at=START // 1000)
    keep(scene, 20)

    first = asked(scene, {"limit": 1})
    pages, cursor = 1, first["data"].get("cursor")
    shown = ids(first)
    while cursor and not shown:
        answer = asked(scene, {"limit": 1, "cursor": cursor})
        pages, cursor, shown = pages + 1, answer["data"].get("cursor"), ids(answer)

    assert shown == ["talk-20"]
    assert 1 < pages < 5


def test_who_asks_too_often_is_told_when_to_ask_again(scene: Scene) -> None:
    scene.limits = FeedLimits(histories=2)

    answers = [scene.frame("history"), asked(scene), asked(scene)]
    scene.now += MINUTES

    assert [answer["type"] for answer in answers] == ["history_page", "sessions_page", "error"]
    assert answers[-1]["data"]["code"] == "rate_limited"
    assert asked(scene)["type"] == "sessions_page"


def test_a_list_is_read_by_two_requests_and_no_scan(scene: Scene) -> None:
    for number in range(1, 30):
        keep(scene, number)
    seen: list[str] = []
    scene.client.meta.events.register("before-call.dynamodb", lambda model, **_: seen.append(model.name))

    asked(scene, {"limit": 20})

    assert seen == ["UpdateItem", "Query", "BatchGetItem"]


@pytest.mark.parametrize("limit", [0, 51, "2", None])
def test_a_page_has_1_to_50_sessions(scene: Scene, limit: object) -> None:
    assert asked(scene, {"limit": limit})["data"]["code"] == "invalid_message"


def test_the_longest_page_fits_into_a_frame(scene: Scene) -> None:
    title = Title("01M83D2XC4NYNX6G55J21RMHC4", "\U0001f600" * 60, LATER)
    for number in range(50):
        at = START - number
        session = Session("alice", f"{number:0128}", at, at, 2**53, 2**53, 2**53, 2**53, title, LATER, LATER)
        scene.client.put_item(TableName=scene.tables.sessions, Item=encode(session, 1, 1))

    event = scene.frame("sessions", {"limit": 50})

    assert len(event["data"]["sessions"]) == 50
