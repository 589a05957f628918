"""Publishes to the channels of an API of AppSync Events."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from botocore.auth import SigV4Auth

from functions.aws.signed_requests import SignedRequests
from functions.domain.refusals import Unavailable

SERVICE: Final = "appsync"
"""What signatures are for."""
MOST_EVENTS: Final = 5
"""In one request."""
_ACCEPTED: Final = 200


class _Publish(msgspec.Struct, frozen=True):
    channel: str
    events: list[str]


class _Failed(msgspec.Struct, frozen=True):
    code: int = 0


class _Published(msgspec.Struct, frozen=True):
    failed: list[_Failed] = []


_answers: Final = msgspec.json.Decoder(_Published)


class Events:
    """One API of AppSync Events, for who may publish to it.

    Parameters
    ----------
    http, credentials
        As `SignedRequests` take them; the credentials are botocore's.
    host
        The API's for HTTP, ``{api}.appsync-api.{region}.amazonaws.com``.
    region
        What the signature is for.
    endpoint
        An emulator's URL, which answers for every such host.
    """

    def __init__(
        self, http: Any, credentials: Any, host: str, region: str, endpoint: str | None = None
    ) -> None:
        auth = SigV4Auth(credentials, SERVICE, region)
        url = f"{endpoint or f'https://{host}'}/event"
        # an emulator knows by the host which API is meant, and the signature covers it
        headers = {"Content-Type": "application/json", "Host": host}
        self._requests = SignedRequests(http, auth, url, headers, "Publish", _ACCEPTED)

    def publish(self, channel: str, events: Sequence[bytes], *, once: bool = False) -> None:
        """Publish events, each the JSON of one value, for whoever is subscribed at the moment.

        An event may be delivered twice or not at all, and in any order.

        Parameters
        ----------
        channel
            Such as ``/voice/a1b2/01J9``: one to five segments, the first a namespace of the API.
        events
            `MOST_EVENTS` at most, of 240 KB in all.
        once
            Whether to give up at the first failure, for who can do without.

        Raises
        ------
        Unavailable
            If they are not all taken in time. Some may have been delivered all the same.
        """
        body = msgspec.json.encode(_Publish(channel, [event.decode() for event in events]))
        answer = self._requests.send_once(body) if once else self._requests.send(body)
        if failed := _failed(answer.content):
            problem = f"{failed[0].code} of Publish"
            raise Unavailable(problem)


def _failed(answer: bytes) -> list[_Failed]:
    try:
        return _answers.decode(answer).failed
    except msgspec.DecodeError:  # it was accepted: what else it says is not for us to know
        return []
