"""Physical names: two stacks fit in one account, whatever they are called, or the name is refused."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from infra.naming import PREFIX, Naming
from tests.infra.program import evaluate, stack_config


@pytest.mark.parametrize(
    ("stack", "base", "expected"),
    [
        ("prod", "connections", "airium-websocket-connections"),
        ("dev", "connections", "airium-websocket-connections-dev"),
        ("prod", "", "airium-websocket"),
        ("dev", "", "airium-websocket-dev"),
        ("ticket", "", "airium-websocket-ticket"),
        ("my-tickets", "", "airium-websocket-my-tickets"),
    ],
)
def test_names_carry_the_stack_but_in_prod(stack: str, base: str, expected: str) -> None:
    assert Naming(stack).of(base) == expected


@pytest.mark.parametrize("stack", ["", "a.b", "a/b", "x" * 29])
def test_a_stack_that_cannot_be_part_of_a_name_is_refused(stack: str) -> None:
    with pytest.raises(pulumi.RunError, match="1 to 28"):
        Naming(stack)


def test_the_longest_stack_fits_in_every_name() -> None:
    named: list[Any] = [Naming("x" * 28).of(base) for base in ("connection-manager", "projector-failures")]

    assert max(len(each) for each in named) <= 64


@pytest.mark.parametrize(("stack", "other"), [("tickets", "prod"), ("tickets-dev", "dev")])
def test_a_stack_that_gives_the_names_of_another_is_refused(stack: str, other: str) -> None:
    with pytest.raises(pulumi.RunError, match=f'"{stack}" is taken: .* in the stack "{other}"'):
        Naming(stack)


def named() -> dict[str, set[str]]:
    """Return the bases of all names that prod gives, by what they must be unique among."""
    found: dict[str, set[str]] = defaultdict(set)
    config = stack_config("prod", alarms={"enabled": "true"})
    for each in evaluate("prod", config).registrations:
        for key in ("name", "layerName"):
            before, prefix, base = str(each.inputs.get(key, "")).partition(PREFIX)
            if prefix and each.custom:
                found[f"{each.type} {before}"].add(base.removeprefix("-"))
    return found


def colliding() -> Iterator[str]:
    """Yield the stacks in which a base gives a name that a longer base gives in prod or in dev."""
    for bases in named().values():
        for short in bases:
            for long in bases - {short}:
                if not short or long.startswith(f"{short}-"):
                    rest = long.removeprefix(short).removeprefix("-")
                    yield from (rest, f"{rest}-dev")


def test_no_stack_gives_a_name_that_another_gives() -> None:
    found = set(colliding())

    assert found == {"tickets", "tickets-dev"}
    assert len(named()) > 10
