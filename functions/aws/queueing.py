"""Puts messages into a queue of SQS."""

import json
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth

from functions.aws.signed_requests import SignedRequests

_HEADERS: Final = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "AmazonSQS.SendMessage",
}
_ACCEPTED: Final = 200


class Queue:
    """One queue of SQS, for who may send to it.

    Parameters
    ----------
    http, credentials
        As `SignedRequests` take them; the credentials are botocore's.
    url
        The queue's, whose host is that of the service.
    region
        What the signature is for.
    """

    def __init__(self, http: Any, credentials: Any, url: str, region: str) -> None:
        parts = urlsplit(url)
        auth = SigV4Auth(credentials, "sqs", region)
        service = f"{parts.scheme}://{parts.netloc}/"
        self._requests = SignedRequests(http, auth, service, _HEADERS, "SendMessage", _ACCEPTED)
        self._url = url

    def put(self, body: str, delay_seconds: int = 0) -> None:
        """Put a message in; it comes out once or, seldom, twice, after a delay of up to 900 s.

        Raises
        ------
        Unavailable
            If the queue does not take it in time. Whether it is in is unknown.
        """
        asked = {"QueueUrl": self._url, "MessageBody": body, "DelaySeconds": delay_seconds}
        self._requests.send(json.dumps(asked).encode())
