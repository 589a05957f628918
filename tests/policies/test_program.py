"""The whole program, every stack, judged by the running pack."""

import pytest

from tests.infra.program import evaluated
from tests.policies.engine import Pack


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_the_program_keeps_every_rule(pack: Pack, stack: str, preview: bool) -> None:  # noqa: FBT001
    program = evaluated(stack, preview=preview)

    assert pack.analyze_program(program.registrations) == []
