"""Somebody to forget, on tables of their own."""

import pytest

from tests.ops.erasure.persons import Scene
from tests.stage import Stage


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage, stage.deployment)
