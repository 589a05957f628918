"""Verifies Cognito's tokens against the keys that their issuer publishes."""

import math
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import jwt
from jwt import PyJWKClient, PyJWKClientError, PyJWKSet

from functions.domain.identity.identity import Identity, Unidentified, has_expired, identity_of

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

_OLD_SECONDS: Final = 3_600
_TRUSTED_SECONDS: Final = 6 * 3_600
_REST_SECONDS: Final = 30
_TIMEOUT_SECONDS: Final = 3


class Keys(PyJWKClient):
    """The keys of an issuer, fetched rarely, however many tokens name keys that do not exist.

    They are fetched again after an hour and when a token names a key that is not among them, but not within
    30 s of the last fetch, whether it succeeded or failed. Where they cannot be fetched, those at hand hold
    for 6 hours; after that, nobody is let in.

    Parameters
    ----------
    url
        Where the issuer publishes them.
    clock
        Seconds that only grow.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        # all times are judged below, by one clock: the library's own rest does not cover failures
        super().__init__(url, lifespan=math.inf, cooldown_duration=0, timeout=_TIMEOUT_SECONDS)
        self._clock = clock
        self._tried_at: float | None = None
        self._fetched_at: float | None = None

    def fetch_data(self) -> Any:
        """Fetch the keys, unless that was tried a moment ago."""
        now = self._clock()
        if self._tried_at is not None and now - self._tried_at < _REST_SECONDS:
            msg = "the keys were fetched a moment ago"
            raise PyJWKClientError(msg)
        self._tried_at = now
        try:
            fetched = super().fetch_data()
        except (ValueError, OSError) as problem:  # no JSON, or none to its end: the library lets both through
            msg = "the keys did not arrive"
            raise PyJWKClientError(msg) from problem
        self._fetched_at = now
        return fetched

    def get_jwk_set(self, refresh: bool = False) -> PyJWKSet:  # noqa: FBT001, FBT002 - the library's signature
        """Return the keys; those that are getting old are fetched again, and kept where that fails."""
        age = math.inf if self._fetched_at is None else self._clock() - self._fetched_at
        if refresh or age > _TRUSTED_SECONDS:
            return super().get_jwk_set(refresh=True)
        if age > _OLD_SECONDS:
            with suppress(jwt.PyJWTError):
                return super().get_jwk_set(refresh=True)
        return super().get_jwk_set()


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
            msg = "the token is too long"
            raise Unidentified(msg)
        if not _FORM.fullmatch(token):
            msg = "the token is malformed"
            raise Unidentified(msg)
        try:
            claims = jwt.decode(
                token,
                self._keys.get_signing_key_from_jwt(token),
                algorithms=_ALGORITHMS,
                issuer=self._issuer,
                leeway=_SKEW_SECONDS,
                # access tokens have no audience: the client is judged below, for both kinds
                options={"require": _REQUIRED, "verify_aud": False},
            )
        except jwt.PyJWTError as problem:
            raise Unidentified(type(problem).__name__) from problem
        identity = identity_of(claims, use=self._use, clients=self._clients)
        if has_expired(identity.expires_at, now=now):
            msg = "the token has expired"
            raise Unidentified(msg)
        return identity
