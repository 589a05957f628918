"""The laws of prompts and drafts, whatever the conversation and however it is cut."""

from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.replies.draft import MAX_DELTA_BYTES, Delta, Draft, cut, units
from functions.domain.replies.prompt import Bounds, Role, Utterance, prompt
from functions.domain.replies.script import read, steps
from functions.domain.tokens import tokens_of

HALVES = st.sampled_from(["\ud83d", "\ude00", "\udbff", "\udc00"])
PIECES = st.lists(st.one_of(st.text(), HALVES, st.text(st.characters(min_codepoint=0xD700))))
"""Also halves of surrogate pairs, as a JSON parser gives them."""

UTTERANCES = st.builds(
    Utterance,
    st.text("0123456789", min_size=1, max_size=2),
    st.sampled_from(Role),
    st.text(" ab\n日", max_size=20),
    st.sampled_from([None, "end_turn", "cancelled", "guardrail", "refused"]),
)
HISTORIES = st.lists(UTTERANCES, max_size=30)
BOUNDS = st.builds(Bounds, st.integers(0, 20), st.integers(0, 100))
QUESTIONS = st.builds(Utterance, st.just("50"), st.just(Role.USER), st.text(" ab", min_size=1))


@given(QUESTIONS, HISTORIES, BOUNDS)
def test_any_prompt_alternates_and_begins_and_ends_with_the_user(
    question: Utterance, history: list[Utterance], bounds: Bounds
) -> None:
    asked = prompt(question, history, bounds)

    if asked is None:
        assert not question.text.strip()
        return
    assert asked.turns[0].role is asked.turns[-1].role is Role.USER
    assert all(one.role is not other.role for one, other in pairwise(asked.turns))
    assert all(turn.text.strip() for turn in asked.turns)
    assert asked.turns[-1].text.endswith(question.text)


@given(QUESTIONS, HISTORIES, BOUNDS)
def test_no_prompt_exceeds_its_bounds(question: Utterance, history: list[Utterance], bounds: Bounds) -> None:
    asked = prompt(question, history, bounds)

    if asked is not None:
        # what stands between two texts that are one turn is less than what two turns would take
        assert asked.tokens <= bounds.tokens + tokens_of(question.text) + tokens_of("")
        assert len(asked.turns) <= bounds.turns + 1


@given(QUESTIONS, HISTORIES, BOUNDS, st.randoms())
def test_a_prompt_does_not_depend_on_the_order_in_which_the_conversation_is_read(
    question: Utterance, history: list[Utterance], bounds: Bounds, random: object
) -> None:
    once = list({(each.message_id, each.role): each for each in history}.values())
    shuffled = sorted(once, key=lambda _: random.random())  # type: ignore[attr-defined]  # Hypothesis' own

    assert prompt(question, once, bounds) == prompt(question, shuffled, bounds)


@given(QUESTIONS, HISTORIES, BOUNDS)
def test_more_room_tells_no_less(question: Utterance, history: list[Utterance], bounds: Bounds) -> None:
    some, more = (prompt(question, history, each) for each in (bounds, Bounds(bounds.turns + 1, 10_000)))

    if some is not None and more is not None:
        said = "\n\n".join(turn.text for turn in some.turns)
        assert "\n\n".join(turn.text for turn in more.turns).endswith(said)


def told_by(deltas: list[Delta]) -> str:
    """Return the text that a client makes of deltas, by JavaScript's offsets."""
    text = b""
    for delta in deltas:
        assert delta.offset == len(text) // 2
        text += delta.text.encode("utf-16-le")
    return text.decode("utf-16-le")


@given(PIECES, st.lists(st.integers(0, 300)), st.integers(0, 10))
def test_deltas_tell_the_text_whatever_the_pieces_and_the_times(
    pieces: list[str], times: list[int], screens: int
) -> None:
    draft = Draft(2)
    deltas: list[Delta] = []
    now = 0
    for index, piece in enumerate(pieces):
        draft.add(piece)
        now += times[index] if index < len(times) else 50
        deltas += draft.take(now, screens)
        assert told_by(draft.posted()) == told_by(deltas)
    draft.end()
    deltas += draft.take(now + 1_000, screens)

    assert told_by(deltas) == draft.text
    assert draft.text == "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert draft.due_at is None


@given(PIECES, st.integers(0, 60))
def test_no_reply_is_longer_than_it_may_be_and_what_it_holds_is_the_beginning(
    pieces: list[str], most_bytes: int
) -> None:
    whole, bounded = Draft(1), Draft(1, most_bytes)
    for draft in (whole, bounded):
        for piece in pieces:
            draft.add(piece)
        draft.end()

    assert len(bounded.text.encode()) <= most_bytes
    assert whole.text.startswith(bounded.text)
    assert bounded.is_full is (bounded.text != whole.text)


@given(st.text(), st.integers(6, 100))
def test_the_parts_of_a_text_fit_and_are_all_of_it(text: str, most_bytes: int) -> None:
    parts = list(cut(text, most_bytes))

    assert "".join(parts) == text
    assert all(part and len(msgspec.json.encode(part)) - 2 <= most_bytes for part in parts)
    assert sum(units(part) for part in parts) == units(text)


@given(st.text(max_size=200))
def test_a_delta_of_any_text_fits_into_its_frame(text: str) -> None:
    draft = Draft(1)
    draft.add(text * 500)

    assert all(len(msgspec.json.encode(each.text)) <= MAX_DELTA_BYTES + 2 for each in draft.take(0, 1))


@given(st.text("[]sayfilpu 0123456789\n"), st.integers(1, 3))
def test_the_scripted_engine_answers_anything_the_same_each_time(text: str, asked: int) -> None:
    question = prompt(Utterance("1", Role.USER, text), [], Bounds())

    if question is not None and (read(text)[0].say or 0) < 1_000:
        assert list(steps(question, asked)) == list(steps(question, asked))
