"""Texts are answered, word by word, on every screen of their conversation, and by one outcome each."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from tests.integration.backend import Backend
from tests.integration.client import Client, Frame
from tests.integration.conftest import Connect, connecting
from tests.integration.waiting import eventually


@pytest.fixture
def connect(answering_backend: Backend) -> Iterator[Connect]:
    with connecting(answering_backend) as connect:
        yield connect


@pytest.fixture
def session() -> str:
    return f"session-{uuid.uuid4().hex[:12]}"


def until_the_end(client: Client) -> list[Frame]:
    """Return the frames up to the one that says what became of a text."""
    frames: list[Frame] = []
    while not frames or frames[-1].get("data", {}).get("kind") not in {"reply", "failed"}:
        frames.append(json.loads(client.receive_any()))
    return frames


def told(frames: list[Frame], kind: str) -> list[dict[str, Any]]:
    """Return the data of the messages of a kind."""
    return [frame["data"] for frame in frames if frame["type"] == "message" and frame["data"]["kind"] == kind]


def shown(frames: list[Frame]) -> str:
    """Return the text that a client puts together of deltas."""
    text = ""
    for frame in frames:
        if frame["type"] == "text_delta":
            assert frame["data"]["offset"] == len(text)
            text += frame["data"]["text"]
    return text


def test_a_text_is_answered_word_by_word_on_every_screen(
    answering_backend: Backend, connect: Connect, user: str, session: str
) -> None:
    one, two = connect(user, session), connect(user, session)

    one.send({"type": "text_message", "id": "m-1", "data": {"text": "[say 30] [pause 30]"}})
    frames = {id_: until_the_end(client) for id_, client in (("one", one), ("two", two))}

    words = " ".join(map(str, range(1, 31)))
    for each in frames.values():
        [question], [reply] = told(each, "text"), told(each, "reply")
        assert (question["seq"], reply["seq"]) == (1, 2)
        assert (reply["text"], reply["stopReason"], reply["attempt"]) == (words, "end_turn", 1)
        assert reply["messageId"] == question["id"]
        assert shown(each)
        assert words.startswith(shown(each))
    own = {
        id_: {frame.get("id") for frame in each if frame["type"] == "text_delta"}
        for id_, each in frames.items()
    }
    assert own == {"one": {"m-1"}, "two": {None}}
    facts = answering_backend.facts(one.connection_id)
    assert [fact.text for fact in facts if isinstance(fact, ReplyCompleted)] == [words]


def test_a_text_that_cannot_be_answered_says_so(
    answering_backend: Backend, connect: Connect, user: str, session: str
) -> None:
    client = connect(user, session)

    client.send({"type": "text_message", "data": {"text": "[fail rejected]"}})

    [failed] = told(until_the_end(client), "failed")
    assert (failed["seq"], failed["reason"]) == (2, "rejected")
    facts = answering_backend.facts(client.connection_id)
    assert [fact.reason for fact in facts if isinstance(fact, ReplyFailed)] == ["rejected"]


def test_a_screen_that_comes_in_the_middle_sees_the_reply_from_its_beginning(
    connect: Connect, user: str, session: str
) -> None:
    one = connect(user, session)
    one.send({"type": "text_message", "data": {"text": "[say 60] [pause 80]"}})
    eventually(lambda: '"text_delta"' in one.receive_any())

    late = connect(user, session)

    frames = until_the_end(late)
    [reply] = told(frames, "reply")
    assert told(frames, "text") == []
    assert shown(frames)
    assert reply["text"].startswith(shown(frames))


def test_a_reply_that_nobody_waits_for_is_there_when_they_return(
    answering_backend: Backend, connect: Connect, user: str, session: str
) -> None:
    client = connect(user, session)
    message_id = client.text("[say 10] [pause 50]")
    client.abort()

    def replies() -> list[ReplyCompleted]:
        facts = answering_backend.facts(client.connection_id)
        return [fact for fact in facts if isinstance(fact, ReplyCompleted)]

    [reply] = eventually(replies)
    assert (reply.message_id, reply.text) == (message_id, "1 2 3 4 5 6 7 8 9 10")
    page = connect(user, session).ask({"type": "history"})
    eventually(lambda: answering_backend.feed(f"session#{session}").get("m#0000000002"))
    assert page["type"] == "history_page"


def test_another_screen_can_stop_a_reply_and_what_was_said_stays(
    connect: Connect, user: str, session: str
) -> None:
    one, two = connect(user, session), connect(user, session)
    one.send({"type": "text_message", "data": {"text": "[say 500] [pause 50]"}})
    delta = eventually(lambda: next_delta(two))

    two.send({"type": "text_cancel", "data": {"messageId": delta["messageId"]}})

    [reply] = told(until_the_end(one), "reply")
    assert reply["stopReason"] == "cancelled"
    assert reply["text"].startswith("1")
    assert not reply["text"].endswith(" 500")


def test_a_text_that_is_sent_again_is_told_its_reply_again_where_it_was_sent(
    connect: Connect, user: str, session: str
) -> None:
    one = connect(user, session)
    frame: Frame = {"type": "text_message", "id": "m-1", "data": {"text": "[say 2]"}}
    one.send(frame)
    [first] = told(until_the_end(one), "reply")
    two = connect(user, session)

    two.send(frame)

    frames = until_the_end(two)
    acks = [each for each in frames if each["type"] == "text_ack"]
    [acked] = acks or [ack(two)]  # what is told again may overtake it
    assert acked["data"]["messageId"] == first["messageId"]
    assert told(frames, "reply") == [first]


def next_delta(client: Client) -> dict[str, Any] | None:
    """Return the data of the next frame if it is a delta."""
    frame = json.loads(client.receive_any())
    data: dict[str, Any] = frame["data"]
    return data if frame["type"] == "text_delta" else None


SLOWLY = "[say 60] [pause 100]"


def reserved(backend: Backend, user: str) -> dict[str, int]:
    """Return what is reserved for a user, by kind."""
    items = backend.cloud.client("dynamodb").scan(
        TableName=backend.outputs.claims_table, ConsistentRead=True
    )["Items"]
    found = {item["claim"]["S"]: int(item["reserved"]["N"]) for item in items if "reserved" in item}
    return {key.partition("#")[0]: amount for key, amount in found.items() if f"#{user}#" in key}


def cancel(client: Client, message_id: str) -> None:
    """Cancel a text."""
    client.send({"type": "text_cancel", "data": {"messageId": message_id}})


def ack(client: Client) -> Frame:
    """Return the answer to a text, whatever comes before it."""
    while True:
        frame: Frame = json.loads(client.receive_any())
        if frame["type"] in {"text_ack", "error"}:
            return frame


def test_a_user_has_two_texts_answered_at_a_time_and_goes_on_when_one_is_stopped(
    answering_backend: Backend, connect: Connect, user: str, session: str
) -> None:
    client = connect(user, session)
    text = {"type": "text_message", "data": {"text": SLOWLY}}

    answers = []
    for _ in range(3):
        client.send(text)
        answers.append(ack(client))
    cancel(client, answers[0]["data"]["messageId"])
    [reply] = told(until_the_end(client), "reply")
    client.send(text)
    fourth = ack(client)

    assert [each["type"] for each in answers] == ["text_ack", "text_ack", "error"]
    assert (answers[2]["data"]["code"], answers[2]["data"]["retryAfter"]) == ("rate_limited", 5)
    assert (reply["messageId"], reply["stopReason"]) == (answers[0]["data"]["messageId"], "cancelled")
    assert fourth["type"] == "text_ack"
    assert reserved(answering_backend, user)["inflight"] == 2


def test_what_a_reply_took_is_what_is_charged(
    answering_backend: Backend, connect: Connect, user: str, session: str
) -> None:
    client = connect(user, session)

    client.send({"type": "text_message", "data": {"text": "[say 10] [pause 10]"}})
    [reply] = told(until_the_end(client), "reply")

    used = reply["usage"]["inputTokens"] + reply["usage"]["outputTokens"]
    assert reserved(answering_backend, user) == {"inflight": 0, "tokens": used}


def test_a_text_is_stopped_from_another_screen_of_the_conversation(
    connect: Connect, user: str, session: str
) -> None:
    one, two = connect(user, session), connect(user, session)
    one.send({"type": "text_message", "data": {"text": SLOWLY}})
    message_id = ack(one)["data"]["messageId"]

    cancel(two, message_id)

    for client in (one, two):
        [reply] = told(until_the_end(client), "reply")
        assert (reply["messageId"], reply["stopReason"]) == (message_id, "cancelled")
    two.send({"type": "text_cancel", "id": "again", "data": {"messageId": message_id}})
    while (again := two.receive()).get("id") != "again":
        assert again["type"] == "text_cancelled"  # of the first, which the reply may overtake
    assert again["data"] == {"messageId": message_id, "stopReason": "cancelled"}
