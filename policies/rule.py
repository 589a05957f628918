"""What a rule is: a name, a sentence, and a pure function that tells what breaks it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from policies.resources import Resource


@dataclass(frozen=True, slots=True)
class ResourceRule:
    """
    A rule that judges each resource by itself, before it is made.

    Parameters
    ----------
    name
        What the CLI calls it.
    description
        What holds where the rule is kept.
    breaches
        Tells in words what is wrong with a resource; of what the rule is not about, nothing.
    """

    name: str
    description: str
    breaches: Callable[[Resource], Iterable[str]]


@dataclass(frozen=True, slots=True)
class StackRule:
    """
    A rule that needs to see the resources beside each other.

    Parameters
    ----------
    name
        What the CLI calls it.
    description
        What holds where the rule is kept.
    breaches
        Tells which resources break it, and how.
    """

    name: str
    description: str
    breaches: Callable[[Sequence[Resource]], Iterable[tuple[Resource, str]]]
