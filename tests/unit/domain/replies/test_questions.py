"""A text as a question, and the one event that says what became of it."""

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.log.events import event
from functions.domain.log.facts import ConnectionClosed, ReplyCompleted, ReplyFailed, TextMessageReceived
from functions.domain.log.ids import event_id, time_of
from functions.domain.replies.prompt import Role, Utterance
from functions.domain.replies.questions import Question, outcome_key, question_of, unanswered
from tests.gateway_events import CONNECTED_AT, CONNECTION, cause


def asked(at: int = CONNECTED_AT + 5_000, request: str = "r-1") -> Question:
    question = question_of(event(cause(at, request), TextMessageReceived("Hello")))
    assert question is not None
    return question


def test_a_text_has_one_outcome_whatever_it_is_and_whenever() -> None:
    question = asked()

    completed = question.outcome(ReplyCompleted(question.message_id, "Hi."), CONNECTED_AT + 9_000, "trace")
    failed = question.outcome(ReplyFailed(question.message_id, "throttled"), CONNECTED_AT + 99_000)

    assert completed.event_id == failed.event_id
    assert (completed.connection_id, completed.event_id) == question.outcome_key
    assert (completed.connection_id, completed.user_id, completed.session_id) == (CONNECTION, "alice", "s-1")
    assert (completed.at, completed.trace_id) == (CONNECTED_AT + 9_000, "trace")
    assert completed.expires_at == question.event.expires_at


def test_texts_of_one_moment_have_outcomes_of_their_own() -> None:
    assert asked(request="r-1").outcome_key != asked(request="r-2").outcome_key


@given(at=st.integers(0, 2**47), request=st.text())
def test_an_outcome_sorts_after_its_text(at: int, request: str) -> None:
    text = event_id(at, request)

    _, outcome = outcome_key("c-1", text)

    assert outcome > text
    assert time_of(outcome) == at + 1


def test_what_is_no_text_or_of_who_was_forgotten_asks_nothing() -> None:
    assert question_of(event(cause(), ConnectionClosed())) is None
    assert question_of(event(cause(user_id="~ABC"), TextMessageReceived(""))) is None


def test_a_question_is_the_users_part_of_its_conversation() -> None:
    question = asked()

    assert question.utterance == Utterance(question.message_id, Role.USER, "Hello")


def test_what_has_its_outcome_beside_it_is_answered() -> None:
    answered, other, of_another = (("c-1", event_id(at, "r")) for at in (1, 2, 3))
    outcome, late = outcome_key(*answered), outcome_key("c-1", event_id(0, "older"))
    elsewhere = ("c-2", outcome_key(*of_another)[1])

    found = unanswered([answered, outcome, other, of_another, elsewhere, late])

    # an outcome whose text is older than what was read cannot be told from a text by its key
    assert found == [other, of_another, elsewhere, late]
