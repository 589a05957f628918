"""Invokes a function asynchronously, by a signed request: a client of Lambda costs ten times its import."""

from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from functions.aws.faults import unavailable
from functions.domain.refusals import Unavailable

ACCEPTED: Final = 202


class Invoker:
    """One function of the account, for who may invoke it.

    Parameters
    ----------
    http
        Sends a prepared request: botocore's ``URLLib3Session``.
    credentials
        Botocore's, which renew themselves.
    url
        ``{endpoint of Lambda}/2015-03-31/functions/{function}/invocations``.
    region
        What the signature is for.
    """

    def __init__(self, http: Any, credentials: Any, url: str, region: str) -> None:
        self._http = http
        self._url = url
        self._auth = SigV4Auth(credentials, "lambda", region)

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
        try:
            self._send(payload)
        except Unavailable:  # a pooled connection may have been closed at the far end: once more
            self._send(payload if again is None else again)

    def _send(self, payload: bytes) -> None:
        headers = {"X-Amz-Invocation-Type": "Event", "Content-Type": "application/json"}
        request = AWSRequest("POST", self._url, headers=headers, data=payload)
        self._auth.add_auth(request)
        with unavailable():
            status = self._http.send(request.prepare()).status_code
        if status != ACCEPTED:
            problem = f"{status} of Invoke"
            raise Unavailable(problem)
