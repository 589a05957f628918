"""What a model is asked."""

import pytest

from functions.domain.replies.prompt import Bounds, Prompt, Role, Turn, Utterance, prompt
from functions.domain.tokens import tokens_of

USER, ASSISTANT = Role.USER, Role.ASSISTANT
WIDE = Bounds(turns=100, tokens=100_000)


def text(message_id: str, words: str) -> Utterance:
    return Utterance(message_id, USER, words)


def reply(message_id: str, words: str, stop_reason: str = "end_turn") -> Utterance:
    return Utterance(message_id, ASSISTANT, words, stop_reason)


def turns(question: Utterance, *history: Utterance, bounds: Bounds = WIDE) -> list[tuple[Role, str]]:
    asked = prompt(question, history, bounds)
    assert asked is not None
    return [(turn.role, turn.text) for turn in asked.turns]


def test_a_question_without_a_conversation_is_one_turn() -> None:
    assert prompt(text("1", "hello"), [], WIDE, "Be kind.") == Prompt(
        "hello", (Turn(USER, "hello"),), "Be kind."
    )


def test_the_conversation_is_told_by_the_times_of_its_texts_whatever_order_it_comes_in() -> None:
    history = [reply("2", "fine"), text("1", "hello"), text("2", "how are you?"), reply("1", "hi")]

    assert turns(text("3", "bye"), *history) == [
        (USER, "hello"),
        (ASSISTANT, "hi"),
        (USER, "how are you?"),
        (ASSISTANT, "fine"),
        (USER, "bye"),
    ]


def test_texts_without_a_reply_are_one_turn_with_the_question() -> None:
    assert turns(text("3", "and this?"), text("1", "first"), text("2", "second")) == [
        (USER, "first\n\nsecond\n\nand this?")
    ]


def test_speech_is_told_among_texts_by_its_own_times_and_neighbours_of_one_side_are_one_turn() -> None:
    spoken = [Utterance("2", USER, "say it"), Utterance("3", ASSISTANT, "I said"), text("4", "it")]
    history = [text("1", "hello"), reply("1", "hi"), *spoken]

    assert turns(text("5", "again"), *history) == [
        (USER, "hello"),
        (ASSISTANT, "hi"),
        (USER, "say it"),
        (ASSISTANT, "I said"),
        (USER, "it\n\nagain"),
    ]


def test_the_question_is_known_also_where_its_turn_says_more() -> None:
    asked = prompt(text("2", "and this?"), [text("1", "first")], WIDE)

    assert asked is not None
    assert asked.question == "and this?"


def test_the_question_itself_and_what_follows_it_are_no_history() -> None:
    history = [text("2", "this"), reply("2", "an earlier try"), text("3", "too soon"), reply("3", "soon")]

    assert turns(text("2", "this"), *history) == [(USER, "this")]


def test_what_is_told_twice_is_told_once() -> None:
    assert turns(text("2", "b"), text("1", "a"), text("1", "a")) == [(USER, "a\n\nb")]


@pytest.mark.parametrize("stop_reason", ["guardrail", "refused"])
def test_what_was_blocked_is_left_out_with_its_text(stop_reason: str) -> None:
    history = [text("1", "forbidden"), reply("1", "I cannot say.", stop_reason), text("2", "sorry")]

    assert turns(text("3", "hello"), *history) == [(USER, "sorry\n\nhello")]


def test_a_text_that_was_blocked_before_the_first_word_of_a_reply_is_left_out() -> None:
    blocked = Utterance("1", USER, "forbidden", "guardrail")

    assert turns(text("2", "hello"), blocked) == [(USER, "hello")]


@pytest.mark.parametrize("stop_reason", ["cancelled", "max_tokens", "deadline"])
def test_what_was_cut_off_is_told_as_far_as_it_came(stop_reason: str) -> None:
    history = [text("1", "tell me"), reply("1", "Once upon", stop_reason)]

    assert turns(text("2", "go on"), *history)[1] == (ASSISTANT, "Once upon")


def test_blank_texts_and_replies_are_left_out() -> None:
    history = [text("1", " \n"), reply("1", "", "cancelled"), text("2", "a")]

    assert turns(text("3", "b"), *history) == [(USER, "a\n\nb")]


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u2003\u00a0"])
def test_a_question_of_white_space_is_not_asked(blank: str) -> None:
    assert prompt(text("1", blank), [], WIDE) is None


def test_the_newest_are_told_of_a_history_with_more_turns_than_allowed() -> None:
    history = [text("1", "a"), reply("1", "b"), text("2", "c"), reply("2", "d")]

    assert turns(text("3", "e"), *history, bounds=Bounds(2, 1_000)) == [
        (USER, "c"),
        (ASSISTANT, "d"),
        (USER, "e"),
    ]


def test_a_reply_whose_text_is_beyond_the_bounds_is_left_out_too() -> None:
    history = [text("1", "a"), reply("1", "b")]

    assert turns(text("2", "c"), *history, bounds=Bounds(1, 1_000)) == [(USER, "c")]


def test_what_fits_into_the_tokens_to_the_last_one_is_told() -> None:
    tokens = tokens_of("a") + tokens_of("bb")
    history = [text("1", "a"), text("2", "bb")]

    assert turns(text("3", "c"), *history, bounds=Bounds(9, tokens)) == [(USER, "a\n\nbb\n\nc")]
    assert turns(text("3", "c"), *history, bounds=Bounds(9, tokens - 1)) == [(USER, "bb\n\nc")]


def test_a_long_text_ends_what_is_told_also_where_an_older_one_would_fit() -> None:
    history = [text("1", "a"), reply("1", "b"), text("2", "long " * 100), reply("2", "d")]

    assert turns(text("3", "e"), *history, bounds=Bounds(9, 50)) == [(USER, "e")]


def test_without_a_history_the_longest_question_is_asked_whole() -> None:
    assert turns(text("2", "x" * 8_000), text("1", "a"), bounds=Bounds(0, 0)) == [(USER, "x" * 8_000)]


@pytest.mark.parametrize(
    ("words", "tokens"), [("", 4), ("abc", 5), ("abcd", 6), ("日本", 6), ("\N{GRINNING FACE}", 6)]
)
def test_a_token_is_three_bytes(words: str, tokens: int) -> None:
    assert tokens_of(words) == tokens


def test_a_prompt_has_the_tokens_of_all_that_it_says() -> None:
    asked = prompt(text("2", "abc"), [text("1", "ab"), reply("1", "c")], WIDE, "Be kind.")

    assert asked is not None
    assert asked.tokens == tokens_of("ab") + tokens_of("c") + tokens_of("abc") + tokens_of("Be kind.")
