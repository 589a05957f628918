"""What a target may say of an input, and what makes that wrong."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hypothesis.strategies import SearchStrategy


class Verdict(StrEnum):
    """What became of an input that was judged rightly."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class WrongVerdictError(AssertionError):
    """A target raised, took what it must not, refused what is valid, or told what nobody may know."""


@dataclass(frozen=True)
class Input:
    """What a target is given.

    Attributes
    ----------
    kind
        ``valid`` if it must be accepted, ``bent`` if the oracle has to judge it, ``broken`` if it is nothing
        that the gateway, the stream or the schedule could have sent: then only raising and telling is wrong.
    value
        The frame, the event, the request, the records.
    state
        What the target's world is like, in a word of the target's own; nothing by default.
    """

    kind: str
    value: Any
    state: str = ""


Judge = Callable[[Input], Verdict]
"""Runs a target on an input; raises `WrongVerdictError`."""


@dataclass(frozen=True)
class Target:
    """One way in.

    Attributes
    ----------
    name
        As the command line has it.
    inputs
        What it is tried on.
    corpus
        What it is tried on first: nasty inputs that somebody thought of, by what each tries.
    judging
        Gives the judge, for as long as the context lasts.
    share
        How many parts of all inputs are for it.
    """

    name: str
    inputs: SearchStrategy[Input]
    corpus: Callable[[], Iterator[tuple[str, Input]]]
    judging: Callable[[], AbstractContextManager[Judge]]
    share: int = 1


def must(holds: object, what: str) -> None:
    """Raise `WrongVerdictError` unless it holds."""
    if not holds:
        raise WrongVerdictError(what)


def judged(judge: Judge, given: Input) -> Verdict:
    """Return the verdict on an input; whatever else is raised than a wrong verdict is one."""
    try:
        return judge(given)
    except WrongVerdictError:
        raise
    except Exception as problem:
        msg = f"raised {type(problem).__name__}: {problem}"[:300]
        raise WrongVerdictError(msg) from problem
