"""What the responder makes of a text: its number, its one outcome, and what every screen is told."""

import msgspec
import pytest

from functions.aws.read_models.conversations import Conversations
from functions.aws.read_models.message_items import encode
from functions.domain.log.events import Event
from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from functions.domain.replies.pieces import Ended, StopReason, Usage
from functions.domain.texts.messages import rows_of
from tests.replies.scene import Answered, Said, saying
from tests.stage import Requests


@pytest.fixture
def scene() -> Answered:
    return Answered()


def test_a_reply_is_not_looked_for_below_its_question(scene: Answered) -> None:
    for other in range(25):
        scene.now -= 1_000  # all within the 10 s in which clocks may differ
        scene.say("Hello", connection_id=f"c-{other}")
    asked = scene.ask("Hello?")
    requests = Requests(scene.client)

    told = scene.answer(asked)

    pages = [body for body in requests.sent if b'"ScanIndexForward": false' in body]
    assert told["seq"] == 27
    assert len(pages) == 2 + 1


def test_a_text_is_numbered_and_answered_by_the_next_number(scene: Answered) -> None:
    scene.engine = Said(saying("Good ", "morning.", end=Ended(StopReason.END_TURN, Usage(7, 3))))
    scene.subscribe("c-1")
    scene.subscribe("c-2")
    asked = scene.ask("Hello", connection_id="c-1")

    told = scene.answer(asked)

    assert scene.outcomes(asked) == [
        ReplyCompleted(asked.event_id, "Good morning.", "end_turn", 7, 3, "said", 1)
    ]
    for connection_id in ("c-1", "c-2"):
        question, reply = scene.messages(connection_id)
        assert (question["seq"], question["kind"], question["text"]) == (1, "text", "Hello")
        assert {key: reply[key] for key in reply.keys() - {"id", "at"}} == {
            "feed": "session",
            "seq": 2,
            "kind": "reply",
            "messageId": asked.event_id,
            "attempt": 1,
            "text": "Good morning.",
            "stopReason": "end_turn",
            "usage": {"inputTokens": 7, "outputTokens": 3},
        }
    assert (told["became"], told["seq"]) == ("completed", 2)


def test_a_failure_for_good_is_told_to_every_screen(scene: Answered) -> None:
    scene.subscribe()
    asked = scene.ask("[fail rejected]")

    scene.answer(asked)

    assert scene.outcomes(asked) == [ReplyFailed(asked.event_id, "rejected", 1)]
    _, failed = scene.messages()
    assert (failed["seq"], failed["kind"], failed["messageId"]) == (2, "failed", asked.event_id)
    assert (failed["reason"], failed["attempt"], "text" in failed) == ("rejected", 1, False)


def test_what_nobody_listens_to_is_kept(scene: Answered) -> None:
    asked = scene.ask("[say 3]")

    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert isinstance(reply, ReplyCompleted)
    assert reply.text == "1 2 3"


def test_an_engine_is_told_what_the_user_said_and_nothing_of_anybody_else(scene: Answered) -> None:
    """The session was another's, whose claim was lost, or expired with rows that are still there."""
    scene.engine = Said(saying("ok"))
    scene.newest = Conversations(scene.client, scene.tables.messages).newest

    def project(text: Event) -> None:
        [row] = rows_of(text)
        scene.client.put_item(TableName=scene.tables.messages, Item=encode(row, 1, 1))

    over = msgspec.structs.replace(scene.append("my old PIN is 17"), expires_at=scene.now // 1_000)
    project(over)
    project(scene.append("my PIN is 4711", connection_id="c-9", user_id="carol"))
    project(scene.append("Hello"))

    scene.answer(scene.ask("What did I say?"))

    [(prompt, _)] = scene.engine.asked
    assert [turn.text for turn in prompt.turns] == ["Hello\n\nWhat did I say?"]
