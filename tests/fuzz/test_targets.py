"""Every way in, on the whole corpus and on a few mutated inputs: no verdict is wrong."""

import pytest
from hypothesis import settings

from tests.fuzz.rounds import Round, run
from tests.fuzz.targets.registry import TARGETS

EXAMPLES = settings().max_examples


@pytest.mark.parametrize("target", TARGETS)
def test_no_verdict_on_the_corpus_is_wrong(target: str) -> None:
    tally = run(Round(target, 0, 0))

    assert tally.wrong == []
    assert tally.inputs > 100


@pytest.mark.parametrize("target", TARGETS)
def test_no_verdict_on_what_is_almost_valid_is_wrong(target: str) -> None:
    tally = run(Round(target, 0, 1, EXAMPLES))

    assert tally.wrong == []
    assert len(tally.verdicts) == 2
