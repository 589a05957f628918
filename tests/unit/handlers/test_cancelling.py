"""``text_cancel``: who may cancel which text, and what they are told."""

from typing import Any

import pytest

from functions.domain.feeds.limits import FeedLimits
from functions.domain.log.events import Event, event
from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from functions.domain.log.ids import lowest
from functions.domain.replies.questions import question_of
from tests.feeds.scene import FEED, START, Scene
from tests.gateway_events import cause, identity

MINUTES = 60_000
ID = lowest(START)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def cancelled(scene: Scene, text: Event, connection_id: str = "c-1", **who: Any) -> Any:
    """Ask to cancel a text, and return the answer."""
    return scene.frame("text_cancel", {"messageId": text.event_id}, connection_id, authorizer=identity(**who))


def end(scene: Scene, text: Event, fact: ReplyCompleted | ReplyFailed) -> None:
    """Append the outcome of a text."""
    question = question_of(text)
    assert question is not None
    scene.log.append(question.outcome(fact, scene.now))


def cancellations(scene: Scene, feed: str = FEED) -> list[dict[str, Any]]:
    """Return the cancellations of a feed."""
    found = scene.client.query(
        TableName=scene.tables.feeds,
        KeyConditionExpression="feed = :feed AND begins_with(#key, :x)",
        ExpressionAttributeNames={"#key": "key"},
        ExpressionAttributeValues={":feed": {"S": feed}, ":x": {"S": "x#"}},
        ConsistentRead=True,
    )["Items"]
    assert all(item["feed"] == {"S": feed} for item in found)
    return list(found)


def forget_the_index(scene: Scene) -> None:
    """Let the index by user have nothing yet: it lags."""

    def forget(params: dict[str, Any], **_: Any) -> None:
        if "IndexName" in params:
            params["ExpressionAttributeValues"][":event"] = {"S": lowest(0)}

    scene.client.meta.events.register("provide-client-params.dynamodb.Query", forget)


def test_a_text_is_cancelled_for_an_hour(scene: Scene) -> None:
    text = scene.append("tell me all", connection_id="c-1")

    answer = cancelled(scene, text)

    assert (answer["type"], answer["id"], answer["data"]) == (
        "text_cancelled",
        "f-1",
        {"messageId": text.event_id},
    )
    assert cancellations(scene) == [
        {
            "feed": {"S": FEED},
            "key": {"S": f"x#{text.event_id}"},
            "cancelled_at": {"N": str(scene.now)},
            "expires_at": {"N": str(scene.now // 1000 + 3_600)},
        }
    ]


def test_a_client_cancels_what_was_acknowledged_a_moment_ago(scene: Scene) -> None:
    text = scene.append("tell me all", connection_id="c-1")
    forget_the_index(scene)

    assert cancelled(scene, text)["type"] == "text_cancelled"


def test_a_text_is_cancelled_twice_as_once(scene: Scene) -> None:
    text = scene.append("tell me all", connection_id="c-1")

    assert cancelled(scene, text)["data"] == cancelled(scene, text)["data"]
    assert len(cancellations(scene)) == 1


def test_another_screen_cancels_what_it_was_told_a_moment_ago(scene: Scene) -> None:
    [text] = scene.say("tell me all", connection_id="c-2")
    forget_the_index(scene)

    assert cancelled(scene, text)["type"] == "text_cancelled"
    assert len(cancellations(scene)) == 1


def test_who_comes_back_cancels_what_has_no_number_yet(scene: Scene) -> None:
    text = scene.append("tell me all", connection_id="c-2")

    assert cancelled(scene, text)["type"] == "text_cancelled"


def test_what_was_said_long_ago_is_found(scene: Scene) -> None:
    [text] = scene.say("tell me all", connection_id="c-2")
    scene.say(*(f"text {number}" for number in range(25)))

    assert cancelled(scene, text)["type"] == "text_cancelled"


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (ReplyCompleted(ID, "All.", "end_turn"), {"stopReason": "end_turn"}),
        (ReplyCompleted(ID, "Al", "cancelled"), {"stopReason": "cancelled"}),
        (ReplyCompleted(ID, "All."), {"stopReason": "end_turn"}),
        (ReplyFailed(ID, "throttled"), {"reason": "throttled"}),
    ],
)
def test_a_text_that_has_an_outcome_is_not_cancelled_and_the_answer_says_how_it_ended(
    scene: Scene, outcome: ReplyCompleted | ReplyFailed, told: dict[str, str]
) -> None:
    text = scene.append("tell me all", connection_id="c-1")
    end(scene, text, outcome)

    answer = cancelled(scene, text)

    assert answer["data"] == {"messageId": text.event_id, **told}
    assert cancellations(scene) == []


def test_another_screen_is_told_how_a_text_ended(scene: Scene) -> None:
    [text] = scene.say("tell me all", connection_id="c-2")
    end(scene, text, ReplyCompleted(text.event_id, "All.", "end_turn"))

    assert cancelled(scene, text)["data"] == {"messageId": text.event_id, "stopReason": "end_turn"}


@pytest.mark.parametrize(
    "other",
    [
        {"connection_id": "c-2", "session_id": "s-2"},
        {"connection_id": "c-2", "session_id": None},
        {"connection_id": "c-2", "user_id": "bob"},
    ],
    ids=["another conversation", "a connection without a session", "another user"],
)
def test_a_text_of_another_is_not_cancelled(scene: Scene, other: dict[str, Any]) -> None:
    [text] = scene.say("tell me all", **other)

    answer = cancelled(scene, text)

    assert (answer["type"], answer["data"]["code"]) == ("error", "not_found")
    feeds = (FEED, "session#s-2", "connection#c-2")
    assert [cancellations(scene, feed) for feed in feeds] == [[], [], []]


def test_a_text_of_another_user_of_the_session_is_not_cancelled_by_its_own_connection(scene: Scene) -> None:
    text = scene.append("tell me all", connection_id="c-1", user_id="bob")

    assert cancelled(scene, text)["data"]["code"] == "not_found"


def test_what_is_no_text_is_not_cancelled(scene: Scene) -> None:
    text = scene.append("tell me all", connection_id="c-1")
    reply = event(cause(scene.now), ReplyCompleted(text.event_id, "All."), key=text.event_id)
    scene.log.append(reply)

    assert cancelled(scene, reply)["data"]["code"] == "not_found"
    assert cancellations(scene) == []


def test_what_nobody_said_is_not_cancelled(scene: Scene) -> None:
    answer = scene.frame("text_cancel", {"messageId": ID})

    assert answer["data"]["code"] == "not_found"
    assert cancellations(scene) == []


def test_a_connection_without_a_session_cancels_its_own_texts(scene: Scene) -> None:
    text = scene.append("tell me all", connection_id="c-1", session_id=None)

    assert cancelled(scene, text, sessionId=None)["type"] == "text_cancelled"
    assert len(cancellations(scene, "connection#c-1")) == 1


def test_who_cancels_too_often_is_told_when_to_try_again(scene: Scene) -> None:
    scene.limits = FeedLimits(cancels=2)
    text = scene.append("tell me all", connection_id="c-1")
    minute = scene.now

    answers = [cancelled(scene, text) for _ in range(3)]
    scene.now += MINUTES
    later = cancelled(scene, text)

    assert [answer["type"] for answer in answers] == ["text_cancelled", "text_cancelled", "error"]
    assert answers[-1]["data"]["code"] == "rate_limited"
    assert answers[-1]["data"]["retryAfter"] == -(-(MINUTES - minute % MINUTES) // 1_000)
    assert later["type"] == "text_cancelled"


@pytest.mark.parametrize("id_", ["", "x", None, "01KAQ0000000000000000000Z", "x#01KAQ000000000000000000000"])
def test_what_is_no_id_of_a_text_is_refused(scene: Scene, id_: object) -> None:
    assert scene.frame("text_cancel", {"messageId": id_})["data"]["code"] == "invalid_message"
