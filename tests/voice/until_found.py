"""``python -m tests.voice.until_found <most>``: plays histories until one has a problem, and says which."""

import json
import logging
import sys

import tests.conftest  # noqa: F401 - no way to a real AWS
from tests.voice.histories import play


def main(most: int) -> None:
    """Play so many at most."""
    logging.disable()
    for seed in range(most):
        try:
            problems = play(seed).problems
        except Exception as fault:  # noqa: BLE001 - a bug may show itself so
            problems = (repr(fault),)
        if problems:
            print(json.dumps({"histories": seed + 1, "problem": problems[0]}))
            return
    print(json.dumps({"histories": None, "problem": ""}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
