"""How much of what a user says is answered: replies at a time, and tokens in a day."""

import json
from typing import Any

from functions.domain.limits import Allowance, Limits
from functions.domain.log.facts import MessageRejected, ReplyCompleted, ReplyFailed, TextMessageReceived
from functions.domain.replies.questions import question_of
from functions.domain.replies.settling import settles
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, identity, message
from tests.routes import message as handler

BESIDE = 1_000
ALLOWANCE = Allowance(replies_in_flight=2, tokens_per_day=5_000, tokens_beside_question=BESIDE)
QUARTER_MINUTES = 15


def say(log: MemoryLog, minutes: float = 0, **context: Any) -> dict[str, Any]:
    """Send a text and return the answer."""
    at = CONNECTED_AT + int(minutes * 60_000)
    context = {"requestId": f"{at}-{log.calls}", "requestTimeEpoch": at, **context}
    event_ = message({"type": "text_message", "data": {"text": "hello"}}, **context)
    answer = handler(event_, None, log, RecordingCallbacks(), Limits(allowance=ALLOWANCE))
    frame: dict[str, Any] = json.loads(answer["body"])
    return frame


def end(log: MemoryLog, answer: dict[str, Any], fact: ReplyCompleted | ReplyFailed | None = None) -> bool:
    """Append the outcome of the text that an answer acknowledges, as whoever answers does."""
    message_id = answer["data"]["messageId"]
    question = question_of(next(each for each in log.events if each.event_id == message_id))
    assert question is not None
    became = fact or ReplyCompleted(message_id, "Hi.", "end_turn", 100, 20)
    return log.append(question.outcome(became, CONNECTED_AT), settles(question, became, BESIDE))


def test_a_user_has_two_texts_answered_at_a_time(log: MemoryLog) -> None:
    first, _, third = (say(log) for _ in range(3))
    end(log, first)
    fourth, fifth = (say(log) for _ in range(2))

    assert [each["type"] for each in (third, fourth, fifth)] == ["error", "text_ack", "error"]
    assert third["data"]["code"] == "rate_limited"
    assert third["data"]["retryAfter"] == 5


def test_what_is_refused_is_recorded_as_a_refusal_and_reserves_nothing(log: MemoryLog) -> None:
    for _ in range(3):
        say(log)

    reserved = dict(log.reserved)
    say(log)

    assert log.facts == [TextMessageReceived("hello")] * 2 + [MessageRejected("rate_limited")]
    assert log.reserved == reserved


def test_the_limit_holds_over_all_conversations_of_a_user_and_for_them_alone(log: MemoryLog) -> None:
    for number in range(2):
        say(log, connectionId=f"c-{number}", authorizer=identity(sessionId=f"s-{number}"))

    assert say(log, connectionId="c-3", authorizer=identity(sessionId=None))["type"] == "error"
    assert say(log, authorizer=identity(userId="bob"))["type"] == "text_ack"


def test_an_outcome_is_given_back_once_however_often_it_is_appended(log: MemoryLog) -> None:
    first = say(log)
    say(log)

    assert [end(log, first) for _ in range(3)] == [True, False, False]
    assert [say(log)["type"] for _ in range(2)] == ["text_ack", "error"]


def test_who_is_never_answered_goes_on_in_the_next_quarter_of_an_hour(log: MemoryLog) -> None:
    for _ in range(2):
        say(log)

    assert say(log)["type"] == "error"
    assert say(log, QUARTER_MINUTES)["type"] == "text_ack"


def test_a_user_uses_up_the_tokens_of_a_day(log: MemoryLog) -> None:
    for _ in range(4):
        end(log, answer := say(log), ReplyFailed(answer["data"]["messageId"], "interrupted"))
    refused = say(log)

    assert (refused["type"], refused["data"]["code"]) == ("error", "rate_limited")
    assert refused["data"]["retryAfter"] > 60 * 60
    tomorrow = identity(exp=str(CONNECTED_AT // 1000 + 2 * 86_400))
    assert say(log, 24 * 60, authorizer=tomorrow)["type"] == "text_ack"


def test_who_is_answered_briefly_has_more_of_their_day(log: MemoryLog) -> None:
    for _ in range(20):
        answer = say(log)
        assert answer["type"] == "text_ack"
        end(log, answer)

    assert sum(log.reserved.values()) == 20 * 120


def test_a_text_that_is_repeated_reserves_once(log: MemoryLog) -> None:
    say(log, requestId="again")
    reserved = dict(log.reserved)

    assert say(log, requestId="again")["type"] == "text_ack"
    assert log.reserved == reserved
