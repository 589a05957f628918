"""Rows of the chat storage."""

import pytest

from functions.domain.log.events import event
from functions.domain.log.facts import (
    ConnectionClosed,
    Fact,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    Unrecognised,
)
from functions.domain.log.ids import lowest
from functions.domain.texts.messages import Message, message_of
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, cause

MINUTE = CONNECTED_AT - CONNECTED_AT % 60_000
AT = CONNECTED_AT + 5_000


def test_a_text_is_a_message() -> None:
    received = event(cause(), TextMessageReceived("hello"))

    assert message_of(received) == Message(
        "s-1", received.event_id, "user", received.event_id, CONNECTION, "alice", AT, "hello", EXPIRES_AT
    )


def test_a_reply_belongs_to_its_text() -> None:
    replied = event(cause(), ReplyCompleted(lowest(AT), "hi"))

    assert message_of(replied) == Message(
        "s-1", replied.event_id, "assistant", lowest(AT), CONNECTION, "alice", AT, "hi", EXPIRES_AT
    )


def test_a_reply_says_why_it_ended_what_it_took_and_who_gave_it() -> None:
    replied = event(cause(), ReplyCompleted(lowest(AT), "hi", "max_tokens", 7, 2, "a model", 3))

    message = message_of(replied)

    assert message is not None
    assert (message.stop_reason, message.model, message.attempt) == ("max_tokens", "a model", 3)
    assert (message.input_tokens, message.output_tokens) == (7, 2)


def test_without_a_session_the_conversation_is_the_connection() -> None:
    message = message_of(event(cause(session_id=None), TextMessageReceived("hello")))

    assert message is not None
    assert message.conversation == f"connection#{CONNECTION}"


@pytest.mark.parametrize(
    "fact", [ReplyFailed(lowest(AT), "timeout"), ConnectionClosed(), Unrecognised("Teleported", 1, "")]
)
def test_nothing_else_is_a_message(fact: Fact) -> None:
    assert message_of(event(cause(), fact)) is None


def test_a_message_counts_itself_in_its_minute() -> None:
    text = message_of(event(cause(), TextMessageReceived("hello")))
    reply = message_of(event(cause(), ReplyCompleted(lowest(AT), "hi")))

    assert text is not None
    assert reply is not None
    assert text.contribution == {(MINUTE, "texts"): 1}
    assert reply.contribution == {(MINUTE, "replies"): 1}
