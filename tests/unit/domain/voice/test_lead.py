"""How far a person's audio may be ahead of the time."""

from functions.domain.voice.lead import Lead

SECOND = bytes(2 * 8_000)


def test_a_minute_may_be_given_at_once_and_then_as_much_as_time_passes():
    lead = Lead(8_000, began_at=1_000)

    assert all(lead.may_give(SECOND, 1_000) for _ in range(60))
    assert not lead.may_give(SECOND, 1_999)
    assert lead.may_give(SECOND, 2_000)
    assert not lead.may_give(SECOND, 2_000)


def test_what_is_not_given_is_not_counted():
    lead = Lead(8_000, began_at=0)

    assert not lead.may_give(SECOND * 61, 0)
    assert lead.may_give(SECOND * 60, 0)
