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

    def send(self, body: bytes, again: bytes | None = None) -> Any:
        """Send a body, and once more if that fails: the far end may have closed a pooled connection.

        Returns what was answered: botocore's ``AWSResponse``.

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
            return self.send_once(body)
        except Unavailable:
            return self.send_once(body if again is None else again)

    def send_once(self, body: bytes) -> Any:
        """Send a body, for who can do without; otherwise as `send`."""
        request = AWSRequest("POST", self._url, headers=dict(self._headers), data=body)
        self._auth.add_auth(request)
        with unavailable():
            answer = self._http.send(request.prepare())
        if answer.status_code != self._accepted:
            problem = f"{answer.status_code} of {self._operation}"
            raise Unavailable(problem)
        return answer
