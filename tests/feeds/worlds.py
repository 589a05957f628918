"""The worlds that are gone through by tests, and larger ones by ``python -m tests.feeds.worlds``."""

import time
from typing import Final

from tests.feeds.checking import check
from tests.feeds.model import World

SMALL: Final = {
    "doubled invocations that crash": World(listens=False, twins=1, crash=1, ticks=1, clocks=(0, 9_000, 0)),
    "three writers and a late twin": World(listens=False, events=3, twins=1, clocks=(0, 0, 0, -9_000)),
    "a reply to a question, each with a twin": World(listens=False, twins=2, crash=1, replies=True),
    "a writer dies": World(listens=False, twins=1, crash=1, death=1),
    "two texts": World(),
    "a post is lost": World(loss=1),
    "a post comes again": World(double=1),
    "a cut and a loss": World(events=1, cuts=1, loss=1),
    "a cut and a crash": World(events=1, cuts=1, crash=1),
    "a cut and a death": World(events=1, cuts=1, death=1),
    "a feed begins anew": World(events=1, cuts=1, expiries=1),
}
BROKEN_LARGE: Final = {
    "a position is a number": World(cuts=1, expiries=1),
    "a live frame cancels the resume": World(cuts=1),
}
LARGE: Final = {
    "two texts and a cut": World(cuts=1),
    "a doubled invocation and a cut": World(events=1, twins=1, cuts=1),
    "two texts, and the feed begins anew": World(cuts=1, expiries=1),
    "two replies in a row, and a twin": World(
        listens=False, events=3, twins=1, crash=1, ticks=1, replies=True, clocks=(0, 9_000, 0, 0)
    ),
    "clocks that differ": World(listens=False, events=3, twins=1, ticks=1, clocks=(0, 0, 0, -9_000)),
    "two cuts": World(events=1, cuts=2),
    "a loss and a death": World(events=1, cuts=1, loss=1, death=1),
}
BROKEN: Final = {
    "only the top is read": World(listens=False, events=3, twins=1),
    "nobody looks for a number": World(listens=False, twins=1),
    "clocks are trusted": World(listens=False, events=3, twins=1, clocks=(0, 0, 0, 9_000)),
    "the top is what was there before": World(listens=False, events=3, twins=1, page=2),
    "a number is overwritten": World(listens=False),
    "subscribers are read first": World(events=1),
    "a young 410 unsubscribes": World(),
    "subscribed by the resume": World(events=1, cuts=1),
}
"""Each rule that is broken, and the smallest world in which it matters."""


def main() -> None:
    """Go through all worlds, and say how large each is."""
    for name, world in {**SMALL, **LARGE}.items():
        began = time.monotonic()
        verdict = check(world)
        took = time.monotonic() - began
        print(
            f"{name}: {verdict.states:,} states, {took:.0f} s: {verdict.problem or 'every promise is kept'}"
        )
        for step in verdict.history:
            print(f"    {step}")
    for rule, world in {**BROKEN, **BROKEN_LARGE}.items():
        verdict = check(world._replace(broken=rule))
        print(f"where {rule}: {verdict.problem}, after {len(verdict.history)} steps")


if __name__ == "__main__":
    main()
