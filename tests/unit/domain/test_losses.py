"""When Gone means lost."""

from functions.domain.log.facts import ConnectionLost
from functions.domain.losses import loss
from tests.gateway_events import CONNECTED_AT, cause


def test_a_connection_that_answers_gone_is_lost() -> None:
    lost = loss(cause(at=CONNECTED_AT + 60_000), "post")

    assert lost is not None
    assert lost.fact == ConnectionLost("post")
    assert lost.at == CONNECTED_AT + 60_000


def test_gone_says_nothing_of_a_connection_that_is_still_being_made() -> None:
    assert loss(cause(at=CONNECTED_AT), "post") is None
    assert loss(cause(at=CONNECTED_AT + 29_999), "post") is None


def test_after_thirty_seconds_gone_is_believed() -> None:
    assert loss(cause(at=CONNECTED_AT + 30_000), "post") is not None
