"""Who a client is: what a verified token says, and what must hold of it besides its signature."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

NAME: Final = re.compile(r"[A-Za-z0-9_.:@|+=-]{1,128}")
"""What may name a user or a session: no control characters, no two spellings of one name, no ``#``."""


class Unidentified(Exception):  # noqa: N818 - a verdict on a request, not a fault of the program
    """Nobody is let in; the reason is for the log, and never for the client."""


class Identity(msgspec.Struct, frozen=True, rename="camel"):
    """A user, and until when that is known; ``expires_at`` in epoch seconds."""

    user_id: str
    expires_at: int


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
        None where somebody else has seen to that.

    Raises
    ------
    Unidentified
        If the token is for something else, or names nobody.
    """
    if claims.get("token_use") != use:
        msg = f"token_use is not {use}"
        raise Unidentified(msg)
    client = claims.get("client_id" if use == "access" else "aud")
    if clients is not None and not (isinstance(client, str) and client in clients):
        msg = "the token is for another client"
        raise Unidentified(msg)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not NAME.fullmatch(subject):
        msg = "sub is missing or malformed"
        raise Unidentified(msg)
    try:
        return Identity(subject, int(claims["exp"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        msg = "exp is missing or malformed"
        raise Unidentified(msg) from None
