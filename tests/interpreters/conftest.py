"""One emulator whose tables all interpreters share."""

from collections.abc import Iterator

import pytest

from tests.contract import engines
from tests.contract.engines import MakeClient


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeClient]:
    with engines.ministack(tmp_path_factory.mktemp("ministack")) as make_client:
        yield make_client
