"""Every interleaving keeps what feeds promise, and each rule is there for a reason."""

import pytest

from tests.feeds.checking import check
from tests.feeds.worlds import BROKEN, SMALL


@pytest.mark.parametrize("name", SMALL)
def test_every_interleaving_keeps_the_promises(name: str) -> None:
    verdict = check(SMALL[name])

    assert verdict.problem is None, verdict.history
    assert verdict.states > 200


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found(rule: str) -> None:
    verdict = check(BROKEN[rule]._replace(broken=rule))

    assert verdict.problem
    assert verdict.history
