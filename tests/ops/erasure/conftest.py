"""Somebody to forget, on tables of their own."""

import msgspec
import pytest

from ops.deployment import Deployment
from tests import consistency
from tests.ops.erasure.persons import Scene
from tests.stage import Stage


@pytest.fixture
def scene(stage: Stage) -> Scene:
    outputs = msgspec.structs.replace(stage.deployment.outputs, feeds_table=stage.tables.feeds)
    deployment = Deployment(outputs)
    consistency.demanded(deployment.client)
    return Scene(stage, deployment)
