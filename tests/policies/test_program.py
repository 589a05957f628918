"""The whole program, every stack, judged by the running pack."""

from collections.abc import Iterator

import pytest

from tests.infra.program import (
    STACKS,
    at_domain,
    evaluate,
    evaluated,
    queueing,
    signalling,
    stack_config,
    traced,
)
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
    program = signalling(stack, preview=preview)

    assert pack.analyze_program(evaluated(stack, preview=preview).registrations) == []
    assert pack.analyze_program(program.registrations) == []


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_what_is_off_by_default_keeps_every_rule(preview: bool) -> None:  # noqa: FBT001
    with running_pack("prod") as started:
        assert started.analyze_program(traced("prod", preview=preview).registrations) == []
        assert started.analyze_program(at_domain("prod", preview=preview).registrations) == []
        assert started.analyze_program(queueing("prod", preview=preview).registrations) == []


def test_the_rules_see_through_a_stack_that_only_calls_itself_emulated() -> None:
    config = stack_config("dev", identity="query", endpoint="http://127.0.0.1:4566")

    with running_pack("dev") as started:
        found = started.analyze_program(evaluate("dev", config).registrations)

    said = {each.message.splitlines()[-1] for each in found if each.policy == "no-trust-but-on-an-emulator"}
    assert any("takes a client's word for who it is" in each for each in said)
    assert any("takes AWS for an emulator" in each for each in said)
