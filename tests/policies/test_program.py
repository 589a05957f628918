"""The whole program, every stack, judged by the running pack."""

from collections.abc import Iterator

import pytest

from tests.infra.program import STACKS, evaluated
from tests.policies.engine import Pack, running_pack


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pack(stack: str) -> Iterator[Pack]:
    with running_pack(stack) as started:
        yield started


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_the_program_keeps_every_rule(pack: Pack, stack: str, preview: bool) -> None:  # noqa: FBT001
    program = evaluated(stack, preview=preview)

    assert pack.analyze_program(program.registrations) == []
