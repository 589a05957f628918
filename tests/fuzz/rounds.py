"""Rounds of inputs: each a few hundred, by a seed of its own, so that one can be repeated without the others.

The first round of a target is its corpus, which no seed changes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

import hypothesis
from hypothesis import HealthCheck, Phase, settings

from tests.fuzz.targets.registry import TARGETS
from tests.fuzz.verdicts import Input, Target, Verdict, WrongVerdictError, judged

INPUTS: Final = 250
"""Of one round. Hypothesis remembers a round's inputs, which costs more and more."""


@dataclass(frozen=True)
class Round:
    """So many inputs for a target; number 0 is its corpus."""

    target: str
    seed: int
    number: int
    inputs: int = INPUTS


@dataclass(frozen=True)
class Wrong:
    """A wrong verdict: what was tried, why it is wrong, and how many inputs of the round came before."""

    why: str
    given: str
    before: int


@dataclass
class Tally:
    """What became of a round.

    Attributes
    ----------
    verdicts
        How many were accepted and refused.
    wrong
        The others.
    trace
        A checksum of the inputs, in their order.
    """

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    wrong: list[Wrong] = field(default_factory=list)
    trace: int = 0

    @property
    def inputs(self) -> int:
        """How many there were."""
        return self.verdicts.total() + len(self.wrong)


def rounds(target: Target, seed: int, inputs: int) -> Iterator[Round]:
    """Yield the rounds that so many inputs of a target take."""
    left = inputs - sum(1 for _ in target.corpus())
    yield Round(target.name, seed, 0)
    for number in range(1, -(-left // INPUTS) + 1):
        yield Round(target.name, seed, number, min(INPUTS, left - (number - 1) * INPUTS))


def run(round_: Round, targets: Mapping[str, Target] = TARGETS) -> Tally:
    """Try a round's inputs."""
    target, tally = targets[round_.target], Tally()
    with target.judging() as judge:

        def attempt(what: str, given: Input) -> None:
            text = ascii((given.kind, given.value, given.state))
            tally.trace = crc32(text.encode(), tally.trace)
            try:
                tally.verdicts[judged(judge, given)] += 1
            except WrongVerdictError as wrong:
                tally.wrong.append(Wrong(str(wrong), f"{what}: {text}", tally.inputs))

        if round_.number == 0:
            for what, given in target.corpus():
                attempt(what, given)
        else:
            _draw(target, round_, attempt)
    return tally


def _draw(target: Target, round_: Round, attempt: Callable[[str, Input], None]) -> None:
    @hypothesis.seed(crc32(f"{round_.target}#{round_.seed}#{round_.number}".encode()))
    @settings(
        max_examples=round_.inputs,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(given=target.inputs)
    def each(given: Input) -> None:
        attempt(given.kind, given)

    each()
