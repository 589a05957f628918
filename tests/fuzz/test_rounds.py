"""The fuzzer itself: that it repeats, that it counts, and that it notices."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.fuzz.leaks import listening, logs_nothing_of, tells_nothing
from tests.fuzz.rounds import INPUTS, Round, rounds, run
from tests.fuzz.targets import parser
from tests.fuzz.verdicts import Input, Judge, Verdict, WrongVerdictError, judged


def test_a_seed_gives_the_same_inputs_again() -> None:
    first, again, other = (run(Round("authorizer", seed, 1, 20)).trace for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_a_target_gets_its_corpus_and_as_many_inputs_as_are_left() -> None:
    corpus = sum(1 for _ in parser.TARGET.corpus())

    planned = list(rounds(parser.TARGET, 0, corpus + INPUTS + 1))

    assert [(each.number, each.inputs) for each in planned[1:]] == [(1, INPUTS), (2, 1)]
    assert planned[0].number == 0


@pytest.mark.parametrize("fault", [RuntimeError("x"), WrongVerdictError("x")])
def test_what_a_target_raises_is_a_wrong_verdict(fault: Exception) -> None:
    @contextmanager
    def failing() -> Iterator[Judge]:
        def judge(given: Input) -> Verdict:
            raise fault

        yield judge

    tally = run(Round("parser", 0, 1, 5), {"parser": replace(parser.TARGET, judging=failing)})

    assert len(tally.wrong) == tally.inputs
    assert not tally.verdicts


@pytest.mark.parametrize("body", ['{"type": "ping"', '{"type": "pong"}', '{"type": "ping", "id": ""}'])
def test_the_refusal_of_what_must_be_taken_is_wrong(body: str) -> None:
    with pytest.raises(WrongVerdictError):
        judged(parser.judge, Input("valid", body))


def test_an_answer_may_repeat_what_was_said_and_nothing_else() -> None:
    tells_nothing("Invalid value 'botocore'", "botocore")
    with pytest.raises(WrongVerdictError):
        tells_nothing("botocore", "ping")


def test_a_credential_in_a_log_line_is_noticed() -> None:
    from functions.aws.logs import logger

    with listening() as lines:
        logger.info("authorize", extra={"reason": "no such ticket: secret-1"})

    logs_nothing_of(["secret-2"], lines)
    with pytest.raises(WrongVerdictError):
        logs_nothing_of(["secret-1"], lines)
