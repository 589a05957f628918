"""Decides who may read changes as they happen: AppSync asks about each connection and subscription."""

import os
from collections.abc import Callable
from typing import Any, Final

from functions import names
from functions.aws import environment
from functions.aws.identity.tokens import Tokens
from functions.operations.live.admitting import admit

_TOKENS: Final = environment.tokens()
_OPERATORS: Final = environment.required(names.OPERATORS_GROUP)
_EMULATED: Final = names.EMULATED in os.environ


def handler(
    event: dict[str, Any],
    _context: object,
    tokens: Tokens = _TOKENS,
    operators: str = _OPERATORS,
    now: Callable[[], int] = environment.now,
    *,
    emulated: bool = _EMULATED,
) -> dict[str, bool]:
    """Answer an authorization of AppSync Events; see `admit`."""
    return admit(event, tokens, operators, now(), emulated=emulated)
