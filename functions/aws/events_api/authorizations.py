"""How a subscriber of AppSync Events says who it is: headers, for a socket that can send none."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from functions.aws.events_api.publishing import SERVICE

Authorize = Callable[[bytes], Mapping[str, str]]
"""Returns the headers that allow an operation, whose body it is given."""

_HEADERS: Final = {
    "accept": "application/json, text/javascript",
    "content-encoding": "amz-1.0",
    "content-type": "application/json; charset=UTF-8",
}
"""What AppSync takes the signed request to have had."""


def signing(credentials: Any, host: str, region: str) -> Authorize:
    """Sign each operation by IAM, as if it were posted to the API's host for HTTP.

    Parameters
    ----------
    credentials
        botocore's, which renew themselves.
    host, region
        Of the API, and what the signature is for.
    """
    auth = SigV4Auth(credentials, SERVICE, region)

    def authorize(body: bytes) -> Mapping[str, str]:
        headers = {**_HEADERS, "host": host}
        request = AWSRequest("POST", f"https://{host}/event", headers=headers, data=body)
        auth.add_auth(request)
        return dict(request.headers.items())

    return authorize


def bearing(token: str, host: str) -> Authorize:
    """Show a token with each operation, for an API whose authorizer is a function."""
    headers = {"Authorization": token, "host": host}
    return lambda _body: headers
