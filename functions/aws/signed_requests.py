"""Sends signed requests to an operation of a service, whose client would cost a function many imports."""

from collections.abc import Mapping
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from functions.aws.faults import unavailable
from functions.domain.refusals import Unavailable


class SignedRequests:
    """One operation of a service, for who may call it.

    Parameters
    ----------
    http
        Sends a prepared request: botocore's ``URLLib3Session``.
    auth
        Signs a request: botocore's ``SigV4Auth``, whose credentials renew themselves.
    url, headers
        Where requests go, and what goes with each body.
    operation, accepted
        Its name, for the log, and the status of a request that it has accepted.
    """

    def __init__(
        self, http: Any, auth: SigV4Auth, url: str, headers: Mapping[str, str], operation: str, accepted: int
    ) -> None:
        self._http = http
        self._auth = auth
        self._url = url
        self._headers = headers
        self._operation = operation
        self._accepted = accepted

    def send(self, body: bytes, again: bytes | None = None) -> None:
        """Send a body, and once more if that fails: the far end may have closed a pooled connection.

        Parameters
        ----------
        again
            What is sent the second time, where the first may have been carried out; by default the same.

        Raises
        ------
        Unavailable
            If it is not accepted in time. Whether it was carried out is unknown.
        """
        try:
            self._send(body)
        except Unavailable:
            self._send(body if again is None else again)

    def _send(self, body: bytes) -> None:
        request = AWSRequest("POST", self._url, headers=dict(self._headers), data=body)
        self._auth.add_auth(request)
        with unavailable():
            status = self._http.send(request.prepare()).status_code
        if status != self._accepted:
            problem = f"{status} of {self._operation}"
            raise Unavailable(problem)
