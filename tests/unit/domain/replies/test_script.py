"""What the scripted engine says."""

import pytest

from functions.domain.replies.pieces import Ended, Failed, Failure, StopReason, TextPiece, Usage
from functions.domain.replies.prompt import Bounds, Prompt, Role, Utterance, prompt
from functions.domain.replies.script import MOST, PAUSE_MS, Directives, Step, read, steps


def asking(text: str, *history: Utterance, system: str | None = None) -> Prompt:
    asked = prompt(Utterance("9", Role.USER, text), history, Bounds(), system)
    assert asked is not None
    return asked


def played(text: str, asked: int = 1) -> tuple[str, Ended | Failed]:
    said = [step.piece for step in steps(asking(text), asked)]
    *words, end = said
    assert not isinstance(end, TextPiece)
    return "".join(word.text for word in words if isinstance(word, TextPiece)), end


def test_a_question_is_repeated_and_a_passage_follows_word_by_word() -> None:
    said = [step.piece for step in steps(asking("Good  morning"), 1)]

    assert said[:4] == [TextPiece("You"), TextPiece(" said:"), TextPiece(" Good"), TextPiece(" morning")]
    assert len(said) > 50
    assert said == [step.piece for step in steps(asking("Good  morning"), 2)]


def test_a_usage_counts_what_was_asked_and_the_words() -> None:
    assert played("[say 7]")[1] == Ended(
        StopReason.END_TURN, Usage(asking("[say 7]").tokens, output_tokens=7)
    )


def test_as_many_words_are_said_as_it_is_told_each_with_its_number() -> None:
    said, end = played("[say 10000]")

    assert said.split() == [str(number) for number in range(1, 10_001)]
    assert isinstance(end, Ended)


def test_it_says_nothing_where_it_is_told_so() -> None:
    said, end = played("[say 0]")

    assert (said, isinstance(end, Ended)) == ("", True)


def test_it_pauses_between_two_words_and_before_the_first() -> None:
    assert [step.pause for step in steps(asking("[say 3]"), 1)] == [0, PAUSE_MS, PAUSE_MS, 0]
    assert [step.pause for step in steps(asking("[say 3] [pause 7] [wait 900]"), 1)] == [900, 7, 7, 0]
    assert list(steps(asking("[fail throttled] [wait 900]"), 1)) == [
        Step(900, Failed(Failure.THROTTLED, "script"))
    ]


@pytest.mark.parametrize("failure", Failure)
def test_it_fails_as_it_is_told_before_the_first_word(failure: Failure) -> None:
    assert played(f"[fail {failure}]") == ("", Failed(failure, "script"))


def test_it_fails_in_the_middle() -> None:
    assert played("[fail interrupted] [after 3] [say 9]") == ("1 2 3", Failed(Failure.INTERRUPTED, "script"))


@pytest.mark.parametrize("reason", StopReason)
def test_it_ends_as_it_is_told(reason: StopReason) -> None:
    said, end = played(f"[end {reason}] [after 2] [say 9]")

    assert said == "1 2"
    assert isinstance(end, Ended)
    assert end.stop_reason is reason


def test_it_fails_as_often_as_it_is_told_and_answers_then() -> None:
    order = "[fail throttled] [times 2] [say 3]"

    assert [played(order, asked)[0] for asked in (1, 2, 3)] == ["", "", "1 2 3"]
    assert played(order, 3)[1] == Ended(StopReason.END_TURN, Usage(asking(order).tokens, 3))


def test_an_order_of_an_earlier_text_that_got_no_reply_is_not_followed() -> None:
    asked = asking("hello", Utterance("1", Role.USER, "[fail throttled]"))

    assert next(steps(asked, 1)).piece == TextPiece("You")


def test_it_says_what_it_was_asked() -> None:
    history = [Utterance("1", Role.USER, "a"), Utterance("1", Role.ASSISTANT, "b")]

    said = [step.piece for step in steps(asking("[prompt]", *history, system="Be kind."), 1)][:-1]

    assert said == [
        TextPiece("system: Be kind."),
        TextPiece(" user: a"),
        TextPiece(" assistant: b"),
        TextPiece(" user: [prompt]"),
    ]
    assert played("[prompt]")[0] == "user: [prompt]"


@pytest.mark.parametrize(
    "text",
    [
        "[hello] you",
        "[say x]",
        "[say]",
        f"[say {MOST + 1}]",
        "[say -1]",
        "[fail badly]",
        "[prompt 3]",
        "hello [say 3]",
        "[]",
        "",
    ],
)
def test_what_is_no_order_is_text(text: str) -> None:
    assert read(text) == (Directives(), text)


def test_the_first_that_is_no_order_ends_the_orders() -> None:
    assert read("[say 1] [say x] [pause 2] q") == (Directives(say=1), "[say x] [pause 2] q")
