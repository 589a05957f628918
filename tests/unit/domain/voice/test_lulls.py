from itertools import pairwise

from functions.domain.voice.lulls import AFTER_SECONDS, EVERY_SECONDS, PAUSE_SECONDS, Lull

TICK = 0.1


def silence(seconds: float) -> list[tuple[float, float]]:
    """Return when silence was sent, and how much, by somebody who looks every 100 ms."""
    lull = Lull(0.0)
    looks = [round(at * TICK, 1) for at in range(1, round(seconds / TICK) + 1)]
    return [(at, due) for at in looks if (due := lull.due(at))]


def test_what_the_network_delays_is_waited_for() -> None:
    assert silence(AFTER_SECONDS - TICK) == []


def test_a_pause_is_sent_in_full_so_that_the_turn_ends() -> None:
    sent = silence(AFTER_SECONDS + PAUSE_SECONDS - TICK)

    assert sum(due for _, due in sent) > 3.0  # the model is patient for two


def test_after_that_only_as_much_is_sent_as_keeps_the_stream() -> None:
    times = [at for at, _ in silence(300) if at > AFTER_SECONDS + PAUSE_SECONDS]

    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) < 55
    assert min(gaps) > EVERY_SECONDS - TICK


def test_who_speaks_again_begins_anew() -> None:
    lull = Lull(0.0)
    assert lull.due(1.0)

    lull.begin(1.0)

    assert not lull.due(1.4)
    assert lull.due(1.5)
