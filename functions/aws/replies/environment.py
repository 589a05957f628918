"""Makes of the environment what functions look after replies with, each once in an execution environment."""

import os
from functools import cache
from typing import TYPE_CHECKING

from functions import names
from functions.aws.environment import dynamodb, required

if TYPE_CHECKING:
    from functions.aws.replies.leases import Leases


@cache
def leases() -> "Leases":
    """Return who answers which text."""
    from functions.aws.replies.leases import Leases  # noqa: PLC0415 - only where texts are answered

    return Leases(dynamodb(), required(names.CLAIMS_TABLE))


def answering_seconds() -> int | None:
    """Return how long an attempt to answer a text may take, None where no text is answered."""
    seconds = os.environ.get(names.ANSWERING_SECONDS)
    return None if seconds is None else int(seconds)
