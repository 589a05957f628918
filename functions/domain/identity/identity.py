"""Who a client is: what a verified token says, and what must hold of it besides its signature."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from functions.domain.identity.denials import Denial

NAME: Final = re.compile(r"[A-Za-z0-9_.:@|+=-]{1,128}")
"""What may name a user or a session: no control characters, no two spellings of one name, no ``#``."""


class Unidentified(Exception):  # noqa: N818 - a verdict on a request, not a fault of the program
    """A client is not let in. The reason is for the log, and the client is never told.

    Attributes
    ----------
    denial
        The reason.
    user_id
        Who it is, where that is proved: never who somebody only says to be.
    problem
        The reason of the reason: what failed, in the words of a library.
    limit
        The limit that is reached, if it is one.
    """

    def __init__(
        self,
        denial: Denial,
        *,
        user_id: str | None = None,
        problem: str | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(denial)
        self.denial = denial
        self.user_id = user_id
        self.problem = problem
        self.limit = limit


class Identity(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A user, and until when that is known; ``expires_at`` in epoch seconds.

    ``groups`` are those of the user pool that a token itself names; a ticket names none.
    """

    user_id: str
    expires_at: int
    groups: tuple[str, ...] = ()


def has_expired(expires_at: int | None, *, now: int) -> bool:
    """Tell whether an identity has expired, by epoch seconds and epoch milliseconds; None is not known."""
    return expires_at is not None and expires_at * 1000 <= now


def identity_of(claims: Mapping[str, Any], *, use: str, clients: frozenset[str] | None = None) -> Identity:
    """Return who the claims of a Cognito token name, its signature and issuer being verified.

    Parameters
    ----------
    claims
        As a token has them, or as text, as API Gateway hands them on.
    use
        What ``token_use`` must be: ``access`` or ``id``.
    clients
        The app clients that the token may be for: ``client_id`` of an access token, ``aud`` of an ID token.
        None where the gateway has verified it already.

    Raises
    ------
    Unidentified
        If the token is for something else, or names nobody.
    """
    subject = subject_of(claims)
    if claims.get("token_use") != use:
        raise Unidentified(Denial.WRONG_USE, user_id=subject)
    client = claims.get("client_id" if use == "access" else "aud")
    if clients is not None and not (isinstance(client, str) and client in clients):
        raise Unidentified(Denial.WRONG_CLIENT, user_id=subject)
    if subject is None:
        raise Unidentified(Denial.MALFORMED_CLAIM, problem="sub")
    try:
        return Identity(subject, int(claims["exp"]), _groups_of(claims))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Unidentified(Denial.MALFORMED_CLAIM, user_id=subject, problem="exp") from None


def subject_of(claims: Mapping[str, Any]) -> str | None:
    """Return whom claims name, None if they name nobody who could be a user."""
    subject = claims.get("sub")
    return subject if isinstance(subject, str) and NAME.fullmatch(subject) else None


def _groups_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the groups that a token names; what the gateway has made text of cannot be told apart."""
    groups = claims.get("cognito:groups")
    return tuple(each for each in groups if isinstance(each, str)) if isinstance(groups, list) else ()
