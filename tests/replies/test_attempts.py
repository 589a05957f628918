"""Attempts at a text: one invocation at a time, five in all, and one outcome whoever dies when."""

from typing import Any

import pytest

from functions.aws.gateway.callbacks import Posted
from functions.aws.log.event_items import encode
from functions.domain.feeds.deliveries import Deliver, sent_again
from functions.domain.log.facts import ReplyCompleted, ReplyFailed
from functions.domain.log.redaction import redacted
from functions.domain.refusals import Unavailable
from functions.domain.replies.leasing import MOST_ATTEMPTS
from functions.domain.replies.pieces import Ended, Failed, Failure, StopReason, TextPiece
from functions.domain.replies.prompt import Role, Utterance
from functions.domain.replies.questions import question_of
from tests.feeds.scene import FEED
from tests.replies.scene import INVOCATION, Answered, Said, saying
from tests.stage import Requests, raising


class DiedError(BaseException):
    """The process ended: nothing after it is done, not even what handles errors."""


@pytest.fixture
def scene() -> Answered:
    return Answered()


def failing(failure: Failure) -> list[Any]:
    return [TextPiece("Hal"), Failed(failure, "code")]


# --- The lease -------------------------------------------------------------------------------


def test_an_invocation_that_is_doubled_asks_the_engine_once(scene: Answered) -> None:
    engine = scene.engine = Said(saying("Good morning."))
    asked = scene.ask("Hello")

    scene.answer(asked)
    again = scene.answer(asked)

    assert len(engine.asked) == 1
    assert len(scene.outcomes(asked)) == 1
    assert (again["became"], again["seq"]) == ("completed", 2)


def test_while_somebody_answers_nobody_else_does(scene: Answered) -> None:
    other: list[dict[str, Any]] = []
    asked = scene.ask("Hello")
    scene.engine = Said([lambda: other.append(scene.answer(asked, invocation="another")), *saying("Good.")])

    scene.answer(asked)

    assert other == [{"became": "held"}]
    assert [type(each) for each in scene.outcomes(asked)] == [ReplyCompleted]


def test_who_holds_the_lease_may_begin_again(scene: Answered) -> None:
    """Lambda repeats an invocation that died, and a lease outlasts it."""
    scene.engine = Said([RuntimeError()], saying("Good morning."))
    asked = scene.ask("Hello")
    with pytest.raises(Unavailable):
        scene.answer(asked)

    scene.answer(asked)

    assert scene.outcomes(asked) == [
        ReplyCompleted(asked.event_id, "Good morning.", "end_turn", model="said", attempt=2)
    ]


def test_a_lease_that_has_run_out_is_anybodys(scene: Answered) -> None:
    scene.engine = Said([RuntimeError()], saying("Good morning."))
    asked = scene.ask("Hello")
    with pytest.raises(Unavailable):
        scene.answer(asked)

    held = scene.answer(asked, invocation="another")
    scene.now += scene.remaining + 10_000
    scene.answer(asked, invocation="another")

    assert held == {"became": "held"}
    assert [type(each) for each in scene.outcomes(asked)] == [ReplyCompleted]


def test_an_invocation_that_was_sent_twice_asks_the_engine_once(scene: Answered) -> None:
    """Nobody answered the first request in time, and it was carried out all the same."""
    asked = scene.ask("Hello")
    first = Deliver(asked.connection_id, asked.event_id, None, INVOCATION)
    second = sent_again(first).invocation or ""
    other: list[dict[str, Any]] = []
    engine = scene.engine = Said(
        [lambda: other.append(scene.answer(asked, invocation=second)), *saying("Hi.")]
    )

    scene.answer(asked)

    assert other == [{"became": "held"}]
    assert len(engine.asked) == 1


def test_a_text_is_not_given_up_while_another_invocation_makes_the_last_attempt(scene: Answered) -> None:
    """Lambda doubles an invocation now and then: both have one holder, and share the attempts."""
    asked = scene.ask("Hello")

    def take() -> None:
        scene.leases.take(asked.event_id, INVOCATION, scene.now, scene.now + scene.remaining)

    for _ in range(MOST_ATTEMPTS - 2):
        take()
    scene.engine = Said(failing(Failure.THROTTLED))
    scene.at_sleep = take

    with pytest.raises(Unavailable) as told:
        scene.answer(asked)

    assert told.value.problem == "another invocation is at the last attempt"
    assert scene.outcomes(asked) == []


def test_a_text_is_tried_five_times_whoever_tries(scene: Answered) -> None:
    engine = scene.engine = Said(*([[RuntimeError()]] * MOST_ATTEMPTS))
    asked = scene.ask("Hello")
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Unavailable):
            scene.answer(asked)

    at_once = scene.answer(asked)
    scene.pass_(scene.remaining + 10_000)
    scene.answer(asked)

    assert at_once == {"became": "held"}
    assert len(engine.asked) == MOST_ATTEMPTS
    assert scene.outcomes(asked) == [ReplyFailed(asked.event_id, "abandoned")]


def test_a_first_invocation_that_comes_when_the_text_was_given_up_asks_no_engine(scene: Answered) -> None:
    engine = scene.engine = Said()
    asked = scene.ask("Hello")
    scene.pass_(600_000)
    question = question_of(asked)
    assert question is not None
    scene.log.append(question.outcome(ReplyFailed(asked.event_id, "abandoned"), scene.now))

    done = scene.answer(asked)

    assert (done["became"], done["reason"], engine.asked) == ("failed", "abandoned", [])


def test_what_is_no_text_or_no_more_is_not_answered(scene: Answered) -> None:
    asked = scene.ask("Hello")
    key = {"connection_id": {"S": asked.connection_id}, "event_id": {"S": asked.event_id}}
    scene.client.delete_item(TableName=scene.tables.events, Key=key)

    assert scene.answer(asked) == {"became": "no_question"}
    assert scene.stores.pointers.top(FEED).seq == 0


def test_who_was_forgotten_is_not_answered(scene: Answered) -> None:
    asked = scene.ask("Hello", user_id="~ABCDEFGHJKMNPQRSTVWX")

    assert scene.answer(asked) == {"became": "no_question"}


def test_who_is_forgotten_while_they_are_answered_is_not_named_again(scene: Answered) -> None:
    asked = scene.ask("Hello")
    key = {"connection_id": {"S": asked.connection_id}, "event_id": {"S": asked.event_id}}
    forgotten = encode(redacted(asked, "~ABCDEFGHJKMNPQRSTVWX"))

    def forget() -> None:
        scene.client.put_item(TableName=scene.tables.events, Item=forgotten | key)

    scene.engine = Said([forget, *saying("Good morning.")])

    assert scene.answer(asked) == {"became": "no_question"}
    assert scene.outcomes(asked) == []


# --- Failures of an engine -------------------------------------------------------------------


def test_what_may_pass_is_tried_again_and_begins_anew(scene: Answered) -> None:
    scene.engine = Said(failing(Failure.THROTTLED), failing(Failure.INTERRUPTED), saying("Good morning."))
    scene.subscribe()
    asked = scene.ask("Hello")

    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert isinstance(reply, ReplyCompleted)
    assert (reply.text, reply.attempt) == ("Good morning.", 3)
    deltas = [frame["data"] for frame in scene.told() if frame["type"] == "text_delta"]
    assert [(each["attempt"], each["offset"]) for each in deltas] == [(1, 0), (2, 0), (3, 0)]
    assert len(scene.slept) >= 1


@pytest.mark.parametrize("failure", [Failure.THROTTLED, Failure.UNAVAILABLE, Failure.MALFORMED])
def test_what_does_not_pass_is_the_outcome(scene: Answered, failure: Failure) -> None:
    scene.engine = Said(*([failing(failure)] * MOST_ATTEMPTS))
    asked = scene.ask("Hello")

    scene.answer(asked)

    assert scene.outcomes(asked) == [ReplyFailed(asked.event_id, failure, MOST_ATTEMPTS)]


@pytest.mark.parametrize(
    ("end", "failure"),
    [
        (Failed(Failure.REJECTED, "code"), Failure.REJECTED),
        (Failed(Failure.MISCONFIGURED, "code"), Failure.MISCONFIGURED),
        (Ended(StopReason.END_TURN), Failure.EMPTY),
        (Ended(StopReason.REFUSED), Failure.REFUSED),
        (Ended(StopReason.GUARDRAIL), Failure.GUARDRAIL),
    ],
)
def test_what_is_for_good_is_asked_once(scene: Answered, end: Ended | Failed, failure: Failure) -> None:
    engine = scene.engine = Said([end])
    asked = scene.ask("Hello")

    scene.answer(asked)

    assert len(engine.asked) == 1
    assert scene.outcomes(asked) == [ReplyFailed(asked.event_id, failure, 1)]


@pytest.mark.parametrize("reason", [StopReason.GUARDRAIL, StopReason.REFUSED, StopReason.MAX_TOKENS])
def test_what_was_said_before_it_was_stopped_is_the_reply(scene: Answered, reason: StopReason) -> None:
    scene.engine = Said(saying("No more.", end=Ended(reason)))
    asked = scene.ask("Hello")

    scene.answer(asked)

    assert scene.outcomes(asked) == [
        ReplyCompleted(asked.event_id, "No more.", reason, model="said", attempt=1)
    ]


def test_white_space_is_not_asked(scene: Answered) -> None:
    engine = scene.engine = Said()
    scene.subscribe()
    asked = scene.ask(" \n ")

    scene.answer(asked)

    assert engine.asked == []
    assert scene.outcomes(asked) == [ReplyFailed(asked.event_id, "blank", 1)]
    assert [each["seq"] for each in scene.messages()] == [1, 2]


def test_too_long_a_conversation_is_left_out_at_once(scene: Answered) -> None:
    engine = scene.engine = Said(failing(Failure.TOO_LONG), saying("Good morning."))
    scene.history = [Utterance("0", Role.USER, "before")]
    asked = scene.ask("Hello")

    scene.answer(asked)

    assert [len(prompt.turns[0].text) for prompt, _ in engine.asked] == [len("before\n\nHello"), len("Hello")]
    assert scene.slept == []
    assert [type(each) for each in scene.outcomes(asked)] == [ReplyCompleted]


def test_too_long_a_question_is_asked_twice_and_no_more(scene: Answered) -> None:
    engine = scene.engine = Said(failing(Failure.TOO_LONG), failing(Failure.TOO_LONG))
    asked = scene.ask("Hello")

    scene.answer(asked)

    assert len(engine.asked) == 2
    assert scene.outcomes(asked) == [ReplyFailed(asked.event_id, "too_long", 2)]


def test_a_reply_that_the_log_cannot_hold_is_cut_off(scene: Answered) -> None:
    scene.engine = Said(saying(*["word " * 4_000] * 20))
    asked = scene.ask("Hello")

    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert isinstance(reply, ReplyCompleted)
    assert (reply.stop_reason, len(reply.text)) == ("max_tokens", 128 * 1024)


def test_the_engine_is_told_the_conversation_and_the_prompt(scene: Answered) -> None:
    engine = scene.engine = Said(saying("Good."))
    scene.system = "Be kind."
    scene.history = [Utterance("00", Role.ASSISTANT, "Hi."), Utterance("00", Role.USER, "Hello?")]

    scene.answer(scene.ask("How are you?"))

    [(prompt, _)] = engine.asked
    assert prompt.system == "Be kind."
    assert [turn.text for turn in prompt.turns] == ["Hello?", "Hi.", "How are you?"]


# --- The deadline ----------------------------------------------------------------------------


def test_what_was_said_when_time_is_over_is_the_reply(scene: Answered) -> None:
    scene.engine = Said([TextPiece("Good "), *saying("morning.")])
    scene.subscribe()
    scene.at_post("text_delta", lambda: scene.pass_(scene.remaining))
    asked = scene.ask("Hello")

    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert isinstance(reply, ReplyCompleted)
    assert reply.stop_reason == "deadline"
    assert reply.text in {"Good ", "Good morning."}


def test_without_a_word_in_time_it_is_tried_by_another_invocation(scene: Answered) -> None:
    scene.engine = Said(saying("late"), saying("Good morning."))
    scene.subscribe()
    scene.at_post("message", lambda: scene.pass_(scene.remaining))
    asked = scene.ask("Hello")

    with pytest.raises(Unavailable) as caught:
        scene.answer(asked)
    assert caught.value.problem == "deadline and no time for another attempt"
    assert scene.outcomes(asked) == []
    scene.answer(asked)

    [reply] = scene.outcomes(asked)
    assert (type(reply), reply.attempt) == (ReplyCompleted, 2)


# --- Deaths ----------------------------------------------------------------------------------

_WRITES = ("UpdateItem", "PutItem", "TransactWriteItems", "PutItem", "UpdateItem")
"""The lease, the question's number, the outcome with what it settles, its number, and where that is kept."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("which", range(len(_WRITES)))
def test_a_responder_that_dies_anywhere_leaves_one_outcome(when: str, which: int) -> None:
    scene = Answered()
    scene.engine = Said(saying("Good."), saying("Good."))
    scene.subscribe()
    asked = scene.ask("Hello")
    requests = Requests(scene.client)
    operation = _WRITES[which]
    passed = [lambda: None] * _WRITES[:which].count(operation)
    hook = requests.at_next if when == "before" else requests.after_next
    hook(operation, *passed, raising(DiedError()))

    with pytest.raises(DiedError):
        scene.answer(asked)
    scene.answer(asked)

    assert len(scene.outcomes(asked)) == 1
    numbers = scene.stores.pointers.from_seq(FEED, 1, 10)
    assert [each.seq for each in numbers] == [1, 2]
    shown = {each["seq"]: each for each in scene.messages()}
    assert (shown[1]["text"], shown[2]["text"]) == ("Hello", "Good.")


def test_a_screen_that_is_gone_does_not_keep_the_reply_from_the_others(scene: Answered) -> None:
    scene.subscribe("c-1")
    scene.callbacks.outcome = Posted.GONE
    asked = scene.ask("Hello", connection_id="c-1")

    scene.answer(asked)

    assert len(scene.outcomes(asked)) == 1
    assert scene.stores.subscribers.of(FEED, scene.now) == []
