from functions.domain.replies.prompt import Role, Turn
from functions.domain.voice.recalled import MOST_BYTES, Recalled


def user(text: str) -> Turn:
    return Turn(Role.USER, text)


def assistant(text: str) -> Turn:
    return Turn(Role.ASSISTANT, text)


def test_pieces_of_one_side_become_one_turn() -> None:
    recalled = Recalled([user("Hello")])
    recalled.begin_answer()
    recalled.add(Role.ASSISTANT, "Good morning.")
    recalled.add(Role.ASSISTANT, "How are you?")
    recalled.end_answer()

    assert recalled.told(goes_on=False) == ([user("Hello"), assistant("Good morning. How are you?")], None)


def test_a_text_that_waits_for_its_answer_is_apart() -> None:
    recalled = Recalled([user("Hello"), assistant("Hi"), user("And now?")])

    assert recalled.told(goes_on=False) == ([user("Hello"), assistant("Hi")], "And now?")


def test_a_text_that_somebody_else_answers_is_told_and_not_asked() -> None:
    recalled = Recalled([user("Hello"), assistant("Hi"), user("And now?")], is_answered=True)

    assert not recalled.asked
    assert recalled.told(goes_on=False) == ([user("Hello"), assistant("Hi"), user("And now?")], None)


def test_who_goes_on_speaking_is_answered_to_all_of_it() -> None:
    recalled = Recalled([user("Hello"), assistant("Hi"), user("And")])

    assert recalled.told(goes_on=True) == ([user("Hello"), assistant("Hi"), user("And")], None)


def test_a_text_whose_answer_was_broken_into_is_not_asked_again() -> None:
    recalled = Recalled([user("Hello")])
    recalled.begin_answer()
    recalled.end_answer()

    assert recalled.told(goes_on=False) == ([user("Hello")], None)
    assert not recalled.asked


def test_an_answer_that_was_broken_off_is_forgotten_and_asked_for_again() -> None:
    recalled = Recalled([user("Hello")])
    recalled.begin_answer()
    recalled.add(Role.ASSISTANT, "Good")
    recalled.forget_answer()

    assert recalled.told(goes_on=False) == ([], "Hello")
    assert recalled.asked


def test_history_begins_with_the_user() -> None:
    assert Recalled([assistant("Hi"), user("Hello"), assistant("Yes?")]).told(goes_on=False)[0] == [
        user("Hello"),
        assistant("Yes?"),
    ]


def test_the_newest_is_told_as_far_as_it_fits() -> None:
    recalled = Recalled([])
    for at in range(200):
        recalled.add(Role.USER, f"{at} " + "\u00e9" * 400)
        recalled.begin_answer()
        recalled.add(Role.ASSISTANT, f"{at} " + "a" * 400)
        recalled.end_answer()

    history, question = recalled.told(goes_on=False)

    size = sum(len(each.text.encode()) for each in history)
    assert MOST_BYTES - 1_300 < size <= MOST_BYTES
    assert history[0].role is Role.USER
    assert history[-1].text.startswith("199 ")
    assert question is None
