from functions.domain.voice.rotation import PAUSES, Lives, Step, next_step, pause_before_reopening

LIVES = Lives()


def step(age: float, **changes: object) -> Step:
    usual = {"spare": 1.0, "tried": 1.0, "asking": False, "answering": False}
    return next_step(LIVES, age, **{**usual, **changes})  # type: ignore[arg-type]  # each as it is named


def test_a_young_stream_is_left_alone() -> None:
    assert step(LIVES.early - 1) is Step.NOTHING
    assert step(LIVES.early - 1, spare=None, tried=None) is Step.NOTHING


def test_the_next_stream_is_opened_ahead_of_time() -> None:
    assert step(LIVES.early, spare=None, tried=None) is Step.OPEN


def test_a_failed_opening_is_tried_again_after_a_while() -> None:
    assert step(LIVES.late, spare=None, tried=LIVES.again - 0.1) is Step.NOTHING
    assert step(LIVES.late, spare=None, tried=LIVES.again) is Step.OPEN


def test_a_spare_that_has_waited_for_long_is_opened_anew() -> None:
    assert step(LIVES.early, spare=LIVES.spare, tried=LIVES.spare, asking=True) is Step.OPEN


def test_where_nobody_speaks_it_gives_way_at_once() -> None:
    assert step(LIVES.early) is Step.SWAP


def test_who_speaks_or_waits_for_an_answer_is_waited_for_until_it_is_late() -> None:
    assert step(LIVES.late - 1, asking=True) is Step.NOTHING
    assert step(LIVES.late, asking=True) is Step.SWAP


def test_the_assistant_is_waited_for_until_the_last_moment() -> None:
    assert step(LIVES.last - 1, answering=True, asking=True) is Step.NOTHING
    assert step(LIVES.last, answering=True) is Step.SWAP


def test_the_last_moment_is_before_the_model_hangs_up() -> None:
    assert LIVES.late == 7 * 60 + 20
    assert LIVES.last + LIVES.again < 8 * 60
    assert LIVES.spare < 55


def test_each_break_is_followed_by_a_longer_pause_until_it_is_given_up() -> None:
    breaks: list[float] = []
    pauses = []
    for at in range(len(PAUSES) + 1):
        breaks.append(at)
        pauses.append(pause_before_reopening(breaks, at))

    assert pauses == [*PAUSES, None]


def test_breaks_of_long_ago_do_not_count() -> None:
    assert pause_before_reopening([0, 1, 2, 3, 4, 5, 100], 100) == PAUSES[0]
