"""Plays histories until one has a problem, and prints which: run in a mutated copy of the code."""

import json
import logging
import sys

import tests.conftest  # noqa: F401 - the environment of the handlers
from tests.faults.histories import play


def main(most: int) -> None:
    """Play at most so many."""
    logging.disable()
    for seed in range(most):
        try:
            found = play(seed).problems
        except Exception as problem:  # noqa: BLE001 - a mutant may break anything, which finds it
            answer: dict[str, object] = {"histories": seed + 1, "problem": f"raised: {problem!r}"}
            break
        if found:
            answer = {"histories": seed + 1, "problem": f"{found[0].kind}: {found[0].what}"}
            break
    else:
        answer = {"histories": None, "problem": ""}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
