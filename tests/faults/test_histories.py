"""Some of the histories that `make faults` plays, and some of the bugs that they find."""

import pytest

from tests.faults.histories import play
from tests.faults.kinds import Fault
from tests.faults.mutation import Mutation
from tests.faults.mutations import MUTATIONS
from tests.faults.running import ROOT, mutant

QUICKEST = (
    *("ids are drawn", "closed is the greatest", "a row is counted whole each time"),
    *("a message is posted to the sender alone", "each attempt has an outcome of its own"),
)


@pytest.mark.parametrize("seed", range(12))
def test_a_history_of_mixed_faults_loses_nothing_and_counts_nothing_twice(seed: int) -> None:
    assert play(seed).problems == ()


def test_the_same_seed_is_the_same_history() -> None:
    assert play(7) == play(7)


def test_a_history_without_faults_is_one() -> None:
    outcome = play(3, frozenset())

    assert outcome.problems == ()
    assert outcome.injected == {}
    assert outcome.acknowledged > 10


def test_some_histories_meet_nearly_every_fault() -> None:
    met = {fault for seed in range(20, 26) for fault in play(seed).injected}

    assert len(met) >= len(Fault) - 5


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_seeded_bug_is_still_an_edit_of_the_code(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text()

    assert text.count(mutation.old) == 1
    compile(text.replace(mutation.old, mutation.new), mutation.file, "exec")


@pytest.mark.parametrize("name", QUICKEST)
def test_a_seeded_bug_is_found(name: str) -> None:
    mutation = next(each for each in MUTATIONS if each.name == name)

    found = mutant(mutation, 20)

    assert found.histories is not None
