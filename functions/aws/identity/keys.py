"""The keys that an issuer publishes for its tokens, fetched rarely."""

import math
import time
from collections.abc import Callable
from typing import Any, Final

import jwt
from jwt import PyJWKClient, PyJWKClientError, PyJWKSet

from functions.aws.logs import write_line
from functions.domain.refusals import Fault

_OLD_SECONDS: Final = 3_600
_TRUSTED_SECONDS: Final = 6 * 3_600
_REST_SECONDS: Final = 30
_TIMEOUT_SECONDS: Final = 3


class KeysUnavailableError(PyJWKClientError):
    """The keys could not be fetched, so nobody knows whether a key is published."""


class Keys(PyJWKClient):
    """The keys of an issuer, fetched rarely, however many tokens name keys that do not exist.

    They are fetched again after an hour and when a token names a key that is not among them, but not within
    30 s of the last fetch, whether it succeeded or failed. Where they cannot be fetched, those at hand hold
    for 6 hours, with a warning for each fetch that failed; after that, nobody is let in.

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
        self._came = True
        """Whether they came when they were asked for the last time."""

    def fetch_data(self) -> Any:
        """Fetch the keys, unless that was tried a moment ago."""
        now = self._clock()
        if self._tried_at is not None and now - self._tried_at < _REST_SECONDS:
            if not self._came:
                msg = "the keys did not come a moment ago"
                raise KeysUnavailableError(msg)
            msg = "the keys were fetched a moment ago"
            raise PyJWKClientError(msg)
        self._tried_at, self._came = now, False
        try:
            fetched = super().fetch_data()
        # no JSON, or none to its end: the library lets both through
        except (jwt.PyJWTError, ValueError, OSError) as problem:
            msg = f"the keys did not come: {problem}"
            raise KeysUnavailableError(msg) from problem
        self._fetched_at, self._came = now, True
        return fetched

    def get_jwk_set(self, refresh: bool = False) -> PyJWKSet:  # noqa: FBT001, FBT002 - the library's signature
        """Return the keys; those that are getting old are fetched again, and kept where that fails."""
        age = math.inf if self._fetched_at is None else self._clock() - self._fetched_at
        if refresh or age > _TRUSTED_SECONDS:
            return super().get_jwk_set(refresh=True)
        if age > _OLD_SECONDS:
            tried_at = self._tried_at
            try:
                return super().get_jwk_set(refresh=True)
            except jwt.PyJWTError as problem:
                if self._tried_at != tried_at:  # a line for each fetch, not for each token
                    write_line(
                        "keys_not_refreshed", problem=str(problem), age_seconds=int(age), fault=Fault.SERVER
                    )
        return super().get_jwk_set()
