"""Puts messages into a queue, by a signed request: a client of SQS would cost several times its import."""

import json
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from functions.aws.faults import unavailable
from functions.domain.refusals import Unavailable

_TAKEN: Final = 200


class Queue:
    """One queue of SQS, for who may send to it.

    Parameters
    ----------
    http
        Sends a prepared request: botocore's ``URLLib3Session``.
    credentials
        Botocore's, which renew themselves.
    url
        The queue's, whose host is that of the service.
    region
        What the signature is for.
    """

    def __init__(self, http: Any, credentials: Any, url: str, region: str) -> None:
        parts = urlsplit(url)
        self._http = http
        self._url = url
        self._service = f"{parts.scheme}://{parts.netloc}/"
        self._auth = SigV4Auth(credentials, "sqs", region)

    def put(self, body: str, delay_seconds: int = 0) -> None:
        """Put a message in; it comes out once or, seldom, twice, after a delay of up to 900 s.

        Raises
        ------
        Unavailable
            If the queue does not take it in time. Whether it is in is unknown.
        """
        try:
            self._send(body, delay_seconds)
        except Unavailable:  # a pooled connection may have been closed at the far end: once more
            self._send(body, delay_seconds)

    def _send(self, body: str, delay_seconds: int) -> None:
        asked = {"QueueUrl": self._url, "MessageBody": body, "DelaySeconds": delay_seconds}
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "AmazonSQS.SendMessage",
        }
        request = AWSRequest("POST", self._service, headers=headers, data=json.dumps(asked).encode())
        self._auth.add_auth(request)
        with unavailable():
            status = self._http.send(request.prepare()).status_code
        if status != _TAKEN:
            problem = f"{status} of SendMessage"
            raise Unavailable(problem)
