"""Every case of the contract runs on every engine, each time on fresh tables."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.contract import engines
from tests.contract.dynamodb_local import UnavailableError, dynamodb_local
from tests.contract.engines import MakeClient
from tests.faults import engine
from tests.model_server import ModelServer
from tests.model_server import served as model_server_served
from tests.tables import Tables, create_tables

_prefixes = count()


@pytest.fixture
def moto() -> Iterator[MakeClient]:
    with engines.moto() as make_client:
        yield make_client


@pytest.fixture
def in_process() -> MakeClient:
    engine.forget()
    return engine.client


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    with model_server_served() as model:
        yield model


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory, model_server: ModelServer) -> Iterator[MakeClient]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MINISTACK_BEDROCK_PROXY_URL", model_server.url)
        with engines.ministack(tmp_path_factory.mktemp("ministack")) as make_client:
            yield make_client


@pytest.fixture(scope="session")
def aws_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeClient]:
    try:
        with dynamodb_local(tmp_path_factory.mktemp("dynamodb-local")) as url:
            yield lambda: engines.client(url)
    except UnavailableError as missing:
        pytest.skip(f"DynamoDB Local: {missing}")


@pytest.fixture(params=["moto", "in_process", "ministack", "aws_engine"])
def make_client(request: pytest.FixtureRequest) -> MakeClient:
    made: MakeClient = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def client(make_client: MakeClient) -> Any:
    return make_client()


@pytest.fixture
def tables(client: Any) -> Tables:
    return create_tables(client, f"t{next(_prefixes)}")
