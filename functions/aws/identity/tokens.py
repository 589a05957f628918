"""Verifies Cognito's tokens against the keys that their issuer publishes."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import jwt
from jwt import PyJWK, PyJWKClient, PyJWKClientError
from jwt.types import Options

from functions.aws.identity.keys import KeysUnavailableError
from functions.domain.identity.denials import Denial
from functions.domain.identity.identity import Identity, Unidentified, has_expired, identity_of, subject_of

_ALGORITHMS: Final = ["RS256"]
"""What Cognito signs with; a token does not choose."""
_SKEW_SECONDS: Final = 10
"""How far the issuer's clock may be ahead of ours, for ``nbf`` and ``iat``."""
_LONGEST: Final = 8_192
"""Characters of a token: the gateway's limit for all headers together is not much more."""
_PART: Final = "(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?"
_FORM: Final = re.compile(rf"{_PART}\.{_PART}\.{_PART}")
"""Three parts in base64url without padding (RFC 7515, section 2), each in the one spelling of its bytes: the
library's reader skips what is no base64, so that one signature would have any number of them."""
_REQUIRED: Final = ["exp", "iat", "iss", "sub", "token_use"]

_ANY_CLAIMS: Final[Options] = {
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_iss": False,
    "verify_jti": False,
    "verify_nbf": False,
    "verify_sub": False,
}

_DENIALS: Final[Mapping[type[Exception], Denial]] = {
    jwt.InvalidSignatureError: Denial.WRONG_SIGNATURE,
    jwt.InvalidAlgorithmError: Denial.WRONG_ALGORITHM,
    jwt.ExpiredSignatureError: Denial.TOKEN_EXPIRED,
    jwt.ImmatureSignatureError: Denial.TOKEN_NOT_YET_VALID,
    jwt.InvalidIssuerError: Denial.WRONG_ISSUER,
    jwt.MissingRequiredClaimError: Denial.MISSING_CLAIM,
    jwt.InvalidTokenError: Denial.MALFORMED_TOKEN,
    KeysUnavailableError: Denial.KEYS_UNAVAILABLE,
    PyJWKClientError: Denial.UNKNOWN_KEY,
    # what is left is a key that is of no use
    jwt.PyJWTError: Denial.KEYS_UNAVAILABLE,
}
"""What the library's errors say; the narrowest class decides."""


class Tokens:
    """The tokens of one issuer, for some of its clients.

    Parameters
    ----------
    keys
        The issuer's keys.
    issuer
        What ``iss`` must be.
    clients
        The ids of the app clients whose tokens are taken.
    use
        ``access`` or ``id``.
    """

    def __init__(self, keys: PyJWKClient, *, issuer: str, clients: frozenset[str], use: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clients = clients
        self._use = use

    def identify(self, token: str, now: int) -> Identity:
        """Return who a token names.

        The skew is not granted to ``exp``: a connection that begins after it would be closed with its first
        frame.

        Parameters
        ----------
        token
            A signed JWT.
        now
            Epoch milliseconds.

        Raises
        ------
        Unidentified
            If it cannot be verified, or the keys cannot be had.
        """
        if len(token) > _LONGEST:
            raise Unidentified(Denial.TOKEN_TOO_LONG)
        if not _FORM.fullmatch(token):
            raise Unidentified(Denial.MALFORMED_TOKEN)
        try:
            key = self._keys.get_signing_key_from_jwt(token)
        except jwt.PyJWTError as problem:
            raise Unidentified(_denial(problem), problem=_said(problem)) from problem
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                issuer=self._issuer,
                leeway=_SKEW_SECONDS,
                # access tokens have no audience: the client is judged below, for both kinds
                options={"require": _REQUIRED, "verify_aud": False},
            )
        except jwt.PyJWTError as problem:
            raise _unidentified(problem, token, key) from problem
        identity = identity_of(claims, use=self._use, clients=self._clients)
        if has_expired(identity.expires_at, now=now):
            raise Unidentified(Denial.TOKEN_EXPIRED, user_id=identity.user_id)
        return identity


def _unidentified(problem: jwt.PyJWTError, token: str, key: PyJWK) -> Unidentified:
    """Say why a token is refused, and who was refused if its signature holds: then nobody forged the name."""
    denial, user_id = _denial(problem), None
    with suppress(jwt.PyJWTError):
        signed = jwt.decode(token, key, algorithms=_ALGORITHMS, options=_ANY_CLAIMS)
        user_id = subject_of(signed)
        if denial is Denial.MALFORMED_TOKEN:  # what was signed is well formed, but for a claim
            denial = Denial.MALFORMED_CLAIM
    return Unidentified(denial, user_id=user_id, problem=_said(problem))


def _denial(problem: jwt.PyJWTError) -> Denial:
    return next(_DENIALS[kind] for kind in type(problem).__mro__ if kind in _DENIALS)


def _said(problem: jwt.PyJWTError) -> str:
    """Return what to log of a library's error: its words only where they repeat nothing of a client's."""
    ours = isinstance(problem, KeysUnavailableError | jwt.MissingRequiredClaimError)
    return str(problem) if ours else type(problem).__name__
