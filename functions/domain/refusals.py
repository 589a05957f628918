"""Why a request is refused, raised where the fact is known and translated once at the edge."""

from enum import StrEnum
from typing import Literal

from functions.names import FAULT_CLIENT, FAULT_SERVER

ErrorCode = Literal[
    "invalid_json",
    "invalid_message",
    "unknown_type",
    "too_large",
    "rate_limited",
    "unauthorized",
    "token_expired",
    "not_found",
    "conflict",
    "unavailable",
    "internal",
]


class Fault(StrEnum):
    """Whose doing it is that a request failed. Alarms count what is the server's, and nothing else."""

    CLIENT = FAULT_CLIENT
    SERVER = FAULT_SERVER


class Refused(Exception):  # noqa: N818 - a verdict on a request, not a fault of the program
    """A request is refused and changes nothing.

    Attributes
    ----------
    code
        One of the protocol's error codes.
    message
        For the client: what it can mend, and nothing of the server's insides.
    retry_after
        Seconds after which the same request may be accepted.
    voice_session_id
        The voice session that stands in the way: the connection's own, never another's.
    fault
        Whose doing it is, for the log; None if it is nobody's.
    """

    fault: Fault | None = Fault.CLIENT

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        retry_after: int | None = None,
        voice_session_id: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.voice_session_id = voice_session_id


class Nobody(Refused):
    """The gateway names nobody, although the authorizer is asked before a connection is opened."""

    fault = Fault.SERVER

    def __init__(self) -> None:
        super().__init__("unauthorized", "The connection has no identity.")


class Unavailable(Refused):
    """The log could not take an append in time; nothing is known to have been written.

    Attributes
    ----------
    problem
        What failed, for the log.
    """

    fault: Fault | None = Fault.SERVER

    def __init__(self, problem: str) -> None:
        super().__init__("unavailable", "The request could not be recorded. Try again.", retry_after=1)
        self.problem = problem


class Contended(Unavailable):
    """Requests of one client wrote one item at the same moment, too many for the attempts that each has.

    For example, a hundred texts of one user at once. It is the client's doing: nothing of ours has failed.
    """

    fault = Fault.CLIENT
