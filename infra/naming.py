"""What things are called in an account, so that two stacks fit in one."""

import re
from dataclasses import dataclass

import pulumi

PREFIX = "airium-websocket"
PLAIN_STACK = "prod"
"""The stack whose names carry no suffix."""

# the longest base, airium-websocket-connection-manager, and a suffix must fit in Lambda's 64 characters
_STACK = re.compile(r"[A-Za-z0-9_-]{1,28}")

_TAKEN = re.compile(r"tickets(-(?P<other>.+))?")
"""The WebSocket API is called by the prefix and the stack alone: in the stack ``tickets`` like the API for
tickets in prod, and in ``tickets-dev`` like that in ``dev``. The two would share a group of access logs."""


@dataclass(frozen=True, slots=True)
class Naming:
    """
    The physical names of one stack.

    Raises
    ------
    pulumi.RunError
        If the stack's name cannot be part of the name of a function or a queue, or gives the names of another
        stack.
    """

    stack: str

    def __post_init__(self) -> None:
        if not _STACK.fullmatch(self.stack):
            raise pulumi.RunError(
                f'The stack\'s name "{self.stack}" becomes part of physical names: '
                "1 to 28 of A-Z a-z 0-9 _ - are allowed."
            )
        if taken := _TAKEN.fullmatch(self.stack):
            raise pulumi.RunError(
                f'The stack\'s name "{self.stack}" is taken: its API and its log group would be called '
                f"{PREFIX}-{self.stack}, as those for tickets are in the stack "
                f'"{taken["other"] or PLAIN_STACK}".'
            )

    def of(self, base: str = "") -> str:
        """Give the name of what is called `base` in this stack; the API has the bare prefix."""
        return "-".join(part for part in (PREFIX, base, self.suffix) if part)

    @property
    def suffix(self) -> str:
        """The stack's name, but nothing in prod."""
        return "" if self.stack == PLAIN_STACK else self.stack
