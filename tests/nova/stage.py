"""The engine and its fake, as the contract of all engines of speech asks for them."""

import atexit
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from functools import cache
from itertools import count

from tests.nova.served import Fake, served

_stories = count()


class NovaStage:
    """Nova, as it is and with something wrong behind it: each in a story of its own."""

    def __init__(self, fake: Fake) -> None:
        story = f"fake.contract-{next(_stories)}"
        self.usual = fake.engine(story)
        self.breaking = fake.engine(f"{story}-breaking?*:boom@0")
        self.away = fake.engine(story, endpoint="https://localhost:9")
        self.refusing = fake.engine(f"{story}-refusing?*:refuse.AccessDeniedException@0")


@cache
def shared() -> Fake:
    """Return one fake for all that this process runs."""
    up = ExitStack()
    atexit.register(up.close)
    return up.enter_context(served())


@asynccontextmanager
async def nova() -> AsyncIterator[NovaStage]:
    """Nova, in front of its fake."""
    yield NovaStage(shared())
