"""A world in which nothing goes wrong but what a test orders, and texts are not answered."""

from random import Random

import pytest

from tests.faults.kinds import Faults
from tests.faults.stream import Stream
from tests.faults.world import World


@pytest.fixture
def world() -> World:
    random = Random(0)  # noqa: S311 - it must repeat
    world = World(0, Faults(random, frozenset()), random)
    world.is_answering = False
    return world


@pytest.fixture
def stream(world: World) -> Stream:
    return Stream(world)
