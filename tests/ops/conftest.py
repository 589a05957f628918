"""The operators' commands on the embedded AWS's DynamoDB, each test on tables of its own."""

from collections.abc import Iterator
from itertools import count

import pytest

from ops.deployment import Deployment
from tests.contract.engines import MakeClient, ministack
from tests.ops.discarding import Failures, failures_of
from tests.stage import Requests, Stage, make_stage

_prefixes = count()


@pytest.fixture(scope="session")
def make_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeClient]:
    with ministack(tmp_path_factory.mktemp("ministack")) as make:
        yield make


@pytest.fixture
def stage(make_client: MakeClient) -> Stage:
    return make_stage(make_client(), f"ops{next(_prefixes)}")


@pytest.fixture
def deployment(stage: Stage) -> Deployment:
    return stage.deployment


@pytest.fixture
def failures(stage: Stage) -> Failures:
    return failures_of(stage, stage.tables.events)


@pytest.fixture
def streams(failures: Failures) -> Requests:
    return Requests(failures.deployment.streams)


@pytest.fixture
def queues(failures: Failures) -> Requests:
    return Requests(failures.deployment.queues)


@pytest.fixture
def tables(failures: Failures) -> Requests:
    return Requests(failures.deployment.client)
