from collections.abc import Iterator

import pytest

from tests.policies.engine import Pack, running_pack


@pytest.fixture(scope="session", params=["dev", "prod", "local"])
def stack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def pack(stack: str) -> Iterator[Pack]:
    with running_pack(stack) as started:
        yield started


@pytest.fixture(scope="module")
def dev_pack() -> Iterator[Pack]:
    with running_pack("dev") as started:
        yield started
