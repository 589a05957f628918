"""Why nobody is let in: one vocabulary for the log, the alarms and the runbook."""

from enum import StrEnum, auto
from typing import Final

from functions.domain.refusals import Fault


class Denial(StrEnum):
    """The reason of a refused handshake or ticket, as the log has it."""

    NO_CREDENTIALS = auto()
    TOKEN_AND_TICKET = auto()
    NOT_BEARER = auto()
    MALFORMED_USER_ID = auto()
    """In the mode ``identity: query`` only."""
    MALFORMED_SESSION_ID = auto()
    MISSPELT_PARAMETER = auto()

    TOKEN_TOO_LONG = auto()
    MALFORMED_TOKEN = auto()
    WRONG_ALGORITHM = auto()
    UNKNOWN_KEY = auto()
    WRONG_SIGNATURE = auto()
    WRONG_CLIENT = auto()
    WRONG_USE = auto()
    TOKEN_EXPIRED = auto()

    MALFORMED_TICKET = auto()
    UNKNOWN_TICKET = auto()
    TICKET_EXPIRED = auto()
    TICKET_OUTLIVED_TOKEN = auto()

    TOO_MANY_CONNECTIONS = auto()

    FOREIGN_CHANNEL = auto()
    """Of who asks for changes that are not theirs to read, or would publish some."""

    WRONG_ISSUER = auto()
    TOKEN_NOT_YET_VALID = auto()
    MISSING_CLAIM = auto()
    MALFORMED_CLAIM = auto()
    KEYS_UNAVAILABLE = auto()
    UNAVAILABLE = auto()
    UNASKED = auto()
    INTERNAL = auto()

    @property
    def fault(self) -> Fault:
        """Whose doing it is."""
        return Fault.SERVER if self in _SERVERS else Fault.CLIENT


_SERVERS: Final = frozenset(
    {
        # No client can sign a token. The pool whose keys we fetch did, so who is wrong about these is the
        # pool, a clock or our settings.
        Denial.WRONG_ISSUER,
        Denial.TOKEN_NOT_YET_VALID,
        Denial.MISSING_CLAIM,
        Denial.MALFORMED_CLAIM,
        Denial.KEYS_UNAVAILABLE,
        Denial.UNAVAILABLE,
        Denial.UNASKED,
        Denial.INTERNAL,
    }
)
