"""Whatever is lost, late, doubled or cut: what is shown is the feed, each message once, in its order."""

import pytest

from tests.clients.world import World

HISTORIES = 600
IN_ONE = 100


@pytest.mark.parametrize("first", range(0, HISTORIES, IN_ONE))
def test_each_message_is_shown_once_and_in_order_whatever_happens(first: int) -> None:
    for seed in range(first, first + IN_ONE):
        World(seed).play()
