"""Rows of the chat storage."""

from typing import Any

import pytest

from functions.domain.log.events import Event, event
from functions.domain.log.facts import (
    ConnectionClosed,
    Fact,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    Unrecognised,
    VoiceTurnTranscribed,
)
from functions.domain.texts.messages import Message, Outcome, join, rows_in, rows_of
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, cause

MINUTE = CONNECTED_AT - CONNECTED_AT % 60_000
AT = CONNECTED_AT + 5_000
TEXT = event(cause(), TextMessageReceived("hello"))


def outcome(fact: Any) -> Event:
    return event(cause(at=AT + 1_000), fact, key=TEXT.event_id)


def text_row(*events: Event) -> Message:
    return rows_in(events)["s-1", TEXT.event_id]


def test_a_text_is_a_message() -> None:
    own = (CONNECTION, "alice", EXPIRES_AT, AT, "hello")

    assert rows_of(TEXT) == (Message("s-1", TEXT.event_id, "user", TEXT.event_id, *own),)


def test_a_reply_belongs_to_its_text() -> None:
    replied = outcome(ReplyCompleted(TEXT.event_id, "hi"))

    reply, _ = rows_of(replied)

    own = (CONNECTION, "alice", EXPIRES_AT, AT + 1_000, "hi")
    assert reply == Message("s-1", replied.event_id, "assistant", TEXT.event_id, *own)


def test_a_reply_says_why_it_ended_what_it_took_and_who_gave_it() -> None:
    reply, _ = rows_of(outcome(ReplyCompleted(TEXT.event_id, "hi", "max_tokens", 7, 2, "a model", 3)))

    assert (reply.stop_reason, reply.model, reply.attempt) == ("max_tokens", "a model", 3)
    assert (reply.input_tokens, reply.output_tokens) == (7, 2)


def test_without_a_session_the_conversation_is_the_connection() -> None:
    (message,) = rows_of(event(cause(session_id=None), TextMessageReceived("hello")))

    assert message.conversation == f"connection#{CONNECTION}"


@pytest.mark.parametrize("fact", [ConnectionClosed(), Unrecognised("Teleported", 1, "")])
def test_nothing_else_is_a_message(fact: Fact) -> None:
    assert rows_of(event(cause(), fact)) == ()


# --- Speech ----------------------------------------------------------------------------------

SPEECH = "01KAQ0000000000000000000VS"


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_a_turn_of_speech_is_a_message_of_its_speaker_that_waits_for_no_reply(role: Any) -> None:
    said = event(cause(), VoiceTurnTranscribed(SPEECH, role, "hello"))

    (turn,) = rows_of(said)

    own = (CONNECTION, "alice", EXPIRES_AT, AT, "hello")
    assert turn == Message("s-1", said.event_id, role, said.event_id, *own, voice_session_id=SPEECH)
    assert (turn.is_spoken, turn.status) == (True, None)


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_a_turn_of_speech_counts_as_one_and_as_no_text_or_reply(role: Any) -> None:
    (turn,) = rows_of(event(cause(), VoiceTurnTranscribed(SPEECH, role, "hello")))

    assert turn.contribution == {(MINUTE, "turns"): 1}


# --- What became of a text -------------------------------------------------------------------


def test_a_text_without_an_outcome_is_pending() -> None:
    assert text_row(TEXT).status == "pending"


@pytest.mark.parametrize(
    ("fact", "status", "reason"),
    [
        (ReplyCompleted(TEXT.event_id, "hi", "end_turn", attempt=2), "answered", "end_turn"),
        (ReplyCompleted(TEXT.event_id, "hi", "guardrail", attempt=2), "answered", "guardrail"),
        (ReplyCompleted(TEXT.event_id, "", "cancelled", attempt=2), "cancelled", "cancelled"),
        (ReplyFailed(TEXT.event_id, "throttled", attempt=2), "failed", "throttled"),
    ],
)
def test_an_outcome_says_what_became_of_its_text(fact: Any, status: str, reason: str) -> None:
    told = outcome(fact)

    row = text_row(told, TEXT)

    assert row.outcome == Outcome(told.event_id, status, reason, 2)  # type: ignore[arg-type]  # of the parameters
    assert (row.status, row.text) == (status, "hello")


def test_a_failure_makes_no_message_of_the_assistant() -> None:
    assert [row.role for row in rows_of(outcome(ReplyFailed(TEXT.event_id, "empty")))] == ["user"]


def test_an_outcome_whose_text_is_not_known_yet_says_nothing_of_the_text() -> None:
    row = text_row(outcome(ReplyFailed(TEXT.event_id, "empty")))

    assert (row.status, row.text, row.at, row.contribution) == ("failed", None, None, {})


def test_a_reply_has_no_status_of_its_own() -> None:
    reply, _ = rows_of(outcome(ReplyCompleted(TEXT.event_id, "hi")))

    assert reply.status is None


def test_of_two_outcomes_the_one_with_the_least_id_holds() -> None:
    failed = event(cause(at=AT + 1_000), ReplyFailed(TEXT.event_id, "empty"), key="1")
    answered = event(cause(at=AT + 2_000), ReplyCompleted(TEXT.event_id, "hi"), key="2")

    assert text_row(answered, TEXT, failed).status == text_row(failed, TEXT, answered).status == "failed"


def test_what_is_left_of_a_forgotten_persons_text_holds_against_the_text() -> None:
    (known,) = rows_of(TEXT)
    (blank,) = rows_of(event(cause(user_id="~" + "A" * 20), TextMessageReceived("")))

    assert join(known, blank) == join(blank, known)
    assert join(known, blank).text == ""


# --- Counters --------------------------------------------------------------------------------


def test_a_message_counts_itself_in_its_minute() -> None:
    text, (reply, _) = text_row(TEXT), rows_of(outcome(ReplyCompleted(TEXT.event_id, "hi")))

    assert text.contribution == {(MINUTE, "texts"): 1}
    assert reply.contribution == {(MINUTE, "replies"): 1}
