"""Invokes a function asynchronously: Lambda hands it the payload, and nobody waits for what it does."""

from typing import Any, Final

from botocore.auth import SigV4Auth

from functions.aws.signed_requests import SignedRequests

_HEADERS: Final = {"X-Amz-Invocation-Type": "Event", "Content-Type": "application/json"}
_ACCEPTED: Final = 202


class Invoker:
    """One function of the account, for who may invoke it.

    Parameters
    ----------
    http, credentials
        As `SignedRequests` take them; the credentials are botocore's.
    url
        ``{endpoint of Lambda}/2015-03-31/functions/{function}/invocations``.
    region
        What the signature is for.
    """

    def __init__(self, http: Any, credentials: Any, url: str, region: str) -> None:
        auth = SigV4Auth(credentials, "lambda", region)
        self._requests = SignedRequests(http, auth, url, _HEADERS, "Invoke", _ACCEPTED)

    def invoke(self, payload: bytes, again: bytes | None = None) -> None:
        """Hand a payload over; the function gets it once or, seldom, twice.

        Parameters
        ----------
        payload
            What the function gets.
        again
            What it gets where nobody answered the first time, and it may have that already; by default the
            same.

        Raises
        ------
        Unavailable
            If Lambda does not accept it in time. Whether the function gets it is unknown.
        """
        self._requests.send(payload, again)
