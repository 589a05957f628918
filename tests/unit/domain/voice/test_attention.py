"""What an instance remembers of who speaks: enough to be told nothing wrong, and no more than a bound."""

from functions.domain.log.ids import lowest
from functions.domain.voice.attention import Hold, Holds, Paces, Tellings
from tests.gateway_events import CONNECTED_AT as AT

SESSION = lowest(AT)


class Claims:
    """Holds on conversations; ``reads`` counts."""

    def __init__(self, **holds: str) -> None:
        self.holds = holds
        self.reads = 0

    def read(self, conversation: str, _at: int) -> Hold:
        self.reads += 1
        session = self.holds.get(conversation)
        return Hold() if session is None else Hold(session, AT // 1000 + 120)


def test_a_hold_is_remembered_for_less_than_a_second_from_the_read() -> None:
    claims = Claims(c=SESSION)
    holds = Holds(claims.read)

    assert [holds.is_open("c", SESSION, AT + after) for after in (0, 999)] == [True, True]
    assert claims.reads == 1
    claims.holds.clear()
    assert not holds.is_open("c", SESSION, AT + 1_000)


def test_a_request_that_was_overtaken_is_judged_by_what_was_read_after_it() -> None:
    claims = Claims(c=SESSION)
    holds = Holds(claims.read)

    assert [holds.is_open("c", SESSION, at) for at in (AT + 50, AT)] == [True, True]
    assert claims.reads == 1


def test_a_voice_session_that_began_after_the_read_is_open_at_once() -> None:
    claims = Claims()
    holds = Holds(claims.read)
    assert not holds.is_open("c", lowest(AT - 60_000), AT + 100)

    claims.holds["c"] = SESSION

    assert holds.is_open("c", SESSION, AT + 150)
    assert claims.reads == 2


def test_invented_ids_cost_two_reads_a_second() -> None:
    claims = Claims(c=SESSION)
    holds = Holds(claims.read)

    opened = [holds.is_open("c", lowest(AT + 1 + number), AT + number) for number in range(1_000)]

    assert not any(opened)
    assert claims.reads == 2


def test_old_ids_cost_one_read_a_second_and_leave_the_second_to_a_new_one() -> None:
    claims = Claims()
    holds = Holds(claims.read)
    for number in range(500):
        assert not holds.is_open("c", lowest(AT - 20_000 - number), AT + number)

    claims.holds["c"] = SESSION

    assert holds.is_open("c", SESSION, AT + 500)


def test_who_is_remembered_has_a_bound_and_is_read_anew_beyond_it() -> None:
    claims = Claims(a=SESSION, b=SESSION, c=SESSION)
    holds = Holds(claims.read, most=2)

    for conversation in ("a", "b", "c", "c", "b", "a"):
        assert holds.is_open(conversation, SESSION, AT)

    assert claims.reads == 4


def test_something_is_told_each_connection_once_a_second() -> None:
    tellings = Tellings()

    assert [tellings.is_due("a", "not_found", AT + after) for after in (0, 999, 1_000)] == [True, False, True]
    assert tellings.is_due("b", "not_found", AT)
    assert tellings.is_due("a", "unavailable", AT)


def test_what_was_told_is_forgotten_beyond_a_bound() -> None:
    tellings = Tellings(most=1)

    assert [tellings.is_due(who, "not_found", AT) for who in ("a", "b", "b", "a")] == [
        True,
        True,
        False,
        True,
    ]


def test_each_connection_is_passed_on_as_fast_as_speech_may_be() -> None:
    paces = Paces()

    assert [paces.keeps("a", AT) for _ in range(101)] == [True] * 100 + [False]
    assert not paces.keeps("a", AT + 19)
    assert paces.keeps("a", AT + 20)
    assert not paces.keeps("a", AT + 20)
    assert paces.keeps("b", AT)


def test_a_connection_that_kept_silent_has_its_whole_burst_again_and_no_more() -> None:
    paces = Paces()
    for _ in range(100):
        paces.keeps("a", AT)

    assert [paces.keeps("a", AT + 60_000) for _ in range(101)] == [True] * 100 + [False]


def test_the_pace_of_who_was_not_seen_for_longest_is_forgotten_first() -> None:
    paces = Paces(most=1)
    for _ in range(100):
        paces.keeps("a", AT)
    paces.keeps("b", AT)

    assert paces.keeps("a", AT)
