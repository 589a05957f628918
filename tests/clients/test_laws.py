"""Whatever is lost, late, doubled or cut: what is shown is the feed, each message once, in its order."""

import pytest

from tests.clients.scripts import in_javascript, plain
from tests.clients.world import MOST_AHEAD, World

HISTORIES = 600
IN_ONE = 100


@pytest.mark.parametrize("first", range(0, HISTORIES, IN_ONE))
def test_each_message_is_shown_once_and_in_order_whatever_happens(first: int) -> None:
    for seed in range(first, first + IN_ONE):
        World(seed).play()


def test_both_clients_do_the_same_whatever_happens() -> None:
    with in_javascript() as play:
        for seed in range(IN_ONE):
            world = World(seed)
            world.play()

            did = play({"options": {"mostAhead": MOST_AHEAD}, "steps": world.client.steps})

            assert did == [plain(actions) for actions in world.client.did]
