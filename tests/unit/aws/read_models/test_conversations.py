"""Reading a conversation for a model."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from functions.aws.read_models.conversations import Conversations
from functions.domain.log.events import Event
from functions.domain.log.facts import ReplyCompleted, ReplyFailed, TextMessageReceived, VoiceTurnTranscribed
from functions.domain.refusals import Unavailable
from functions.domain.replies.prompt import Role, Utterance
from tests.contract.engines import moto
from tests.stage import NOW, Stage, error, happened, make_stage, raising


@pytest.fixture
def stage() -> Iterator[Stage]:
    with moto() as make_client:
        yield make_stage(make_client(), "t")


@pytest.fixture
def conversations(stage: Stage) -> Conversations:
    return Conversations(stage.client, stage.tables.messages)


def said(words: str, after: int, connection: str = "c1") -> Event:
    return happened(connection, TextMessageReceived(words), after, session_id="s-1")


def replied(to: Event, words: str, after: int, stop_reason: str = "end_turn") -> Event:
    return happened("c1", ReplyCompleted(to.event_id, words, stop_reason), after, session_id="s-1")


def test_a_conversation_is_told_from_its_end_on_whatever_connection(
    stage: Stage, conversations: Conversations
) -> None:
    first, second = said("hello", 1_000), said("and now?", 3_000, connection="c2")
    stage.project(first, second, replied(first, "hi", 2_000, "max_tokens"))

    told = conversations.newest("s-1", "alice", 10, NOW)

    assert told == [
        Utterance(second.event_id, Role.USER, "and now?"),
        Utterance(first.event_id, Role.ASSISTANT, "hi", "max_tokens"),
        Utterance(first.event_id, Role.USER, "hello", "max_tokens"),
    ]


def test_what_was_spoken_is_told_beside_what_was_written(stage: Stage, conversations: Conversations) -> None:
    session = "01KAQ0000000000000000000VS"
    asked = happened("c2", VoiceTurnTranscribed(session, "user", "and the rest?"), 3_000, session_id="s-1")
    told = happened("c2", VoiceTurnTranscribed(session, "assistant", "Gone."), 4_000, session_id="s-1")
    text = said("hello", 1_000)
    stage.project(told, asked, text, replied(text, "hi", 2_000))

    newest = conversations.newest("s-1", "alice", 10, NOW)

    assert newest == [
        Utterance(told.event_id, Role.ASSISTANT, "Gone."),
        Utterance(asked.event_id, Role.USER, "and the rest?"),
        Utterance(text.event_id, Role.ASSISTANT, "hi", "end_turn"),
        Utterance(text.event_id, Role.USER, "hello", "end_turn"),
    ]


@pytest.mark.parametrize("fact", [ReplyFailed("", "guardrail"), ReplyCompleted("", "no", "guardrail")])
def test_a_text_says_itself_that_its_reply_was_blocked(
    stage: Stage, conversations: Conversations, fact: Any
) -> None:
    text = said("something bad", 1_000)
    outcome = msgspec.structs.replace(fact, message_id=text.event_id)
    stage.project(happened("c1", outcome, 2_000, session_id="s-1"), text)

    told = conversations.newest("s-1", "alice", 10, NOW)

    assert told[-1] == Utterance(text.event_id, Role.USER, "something bad", "guardrail")


def test_an_outcome_whose_text_is_not_projected_yet_is_not_told(
    stage: Stage, conversations: Conversations
) -> None:
    text, other = said("hello", 1_000), said("before", 500)
    stage.project(other, happened("c1", ReplyFailed(text.event_id, "empty"), 2_000, session_id="s-1"))

    assert [each.text for each in conversations.newest("s-1", "alice", 1, NOW)] == ["before"]


def test_no_more_is_read_than_is_told(stage: Stage, conversations: Conversations) -> None:
    stage.project(*(said(f"text {number}", number) for number in range(20)))
    stage.requests.forget()

    told = conversations.newest("s-1", "alice", 3, NOW)

    assert [each.text for each in told] == ["text 19", "text 18", "text 17"]
    assert stage.requests.seen == ["Query"]
    assert b'"Limit": 3' in stage.requests.sent[0]


def test_long_texts_are_read_page_by_page(stage: Stage, conversations: Conversations) -> None:
    stage.project(*(said("x" * 30_000, number) for number in range(50)))
    stage.requests.forget()

    assert len(conversations.newest("s-1", "alice", 50, NOW)) == 50
    assert len(stage.requests.seen) == 2


def test_to_be_told_nothing_nothing_is_read(stage: Stage, conversations: Conversations) -> None:
    assert conversations.newest("s-1", "alice", 0, NOW) == []
    assert stage.requests.seen == []


def test_nobody_elses_conversation_is_told(stage: Stage, conversations: Conversations) -> None:
    stage.project(said("hello", 1_000))

    assert conversations.newest("s-2", "alice", 10, NOW) == []


def test_what_another_user_said_in_the_session_is_not_told(
    stage: Stage, conversations: Conversations
) -> None:
    """The claim on the session was lost, or expired at the same time as what was said."""
    words = TextMessageReceived("my PIN is 4711")
    stage.project(said("hello", 2_000), happened("c9", words, 1_000, session_id="s-1", user_id="carol"))

    assert [each.text for each in conversations.newest("s-1", "alice", 10, NOW)] == ["hello"]


def test_what_has_expired_and_is_still_there_is_not_told(stage: Stage, conversations: Conversations) -> None:
    text = said("hello", 1_000)
    stage.project(text)

    assert conversations.newest("s-1", "alice", 10, text.expires_at * 1_000 - 1) != []
    assert conversations.newest("s-1", "alice", 10, text.expires_at * 1_000) == []


def test_of_another_users_conversation_one_page_is_read(stage: Stage, conversations: Conversations) -> None:
    stage.project(*(said(f"text {number}", number) for number in range(20)))
    stage.requests.forget()

    assert conversations.newest("s-1", "carol", 5, NOW) == []
    assert stage.requests.seen == ["Query"]


def test_a_table_that_does_not_answer_is_unavailable(stage: Stage, conversations: Conversations) -> None:
    stage.requests.at_next("Query", raising(error("InternalServerError", "Query")))

    with pytest.raises(Unavailable):
        conversations.newest("s-1", "alice", 10, NOW)
