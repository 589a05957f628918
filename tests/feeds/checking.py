"""Goes through every state of a world, and tells the shortest history that ends badly."""

from typing import Final, NamedTuple

from tests.feeds.model import State, World, faults, is_complete, start, steps, wrong

_MOST_STATES: Final = 400_000


class Verdict(NamedTuple):
    """What came of a world: what is wrong, if anything; how many states it has; what led there."""

    problem: str | None
    states: int
    history: tuple[str, ...] = ()


def check(world: World) -> Verdict:
    """Judge every state that can be reached, and whether from each of them all can still become well.

    Becoming well takes no fault: a writer goes on or the sweeper comes, and the device keeps to its rules.
    """
    found: dict[State, int] = {start(world): 0}
    order = [start(world)]
    parents: list[tuple[int, str]] = [(-1, "")]
    before: list[list[int]] = [[]]
    ends: list[int] = []
    for at, state in enumerate(order):  # it grows meanwhile
        if problem := wrong(state):
            return Verdict(problem, len(order), _history(parents, at))
        if is_complete(state, world):
            ends.append(at)
        healing = [(name, following, True) for name, following in steps(state, world)]
        for name, following, heals in [*healing, *((*each, False) for each in faults(state, world))]:
            to = found.get(following)
            if to is None:
                to = found[following] = len(order)
                order.append(following)
                parents.append((at, name))
                before.append([])
            if heals:
                before[to].append(at)
        if len(order) > _MOST_STATES:
            msg = f"{world} has more than {_MOST_STATES} states"
            raise ValueError(msg)
    stuck = _cannot_reach(ends, before)
    if stuck is not None:
        return Verdict("it never becomes complete", len(order), _history(parents, stuck))
    return Verdict(None, len(order))


def _history(parents: list[tuple[int, str]], at: int) -> tuple[str, ...]:
    names: list[str] = []
    while parents[at][0] >= 0:
        names.append(parents[at][1])
        at = parents[at][0]
    return tuple(reversed(names))


def _cannot_reach(ends: list[int], before: list[list[int]]) -> int | None:
    """Return the first state from which no end can be reached, None if there is none."""
    reaching = set(ends)
    todo = list(ends)
    while todo:
        for earlier in before[todo.pop()]:
            if earlier not in reaching:
                reaching.add(earlier)
                todo.append(earlier)
    return next((state for state in range(len(before)) if state not in reaching), None)
