"""What may be broken behind a function, as botocore and the issuer of tokens show them to the code."""

from collections.abc import Callable
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, Final

from botocore.credentials import Credentials
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.aws.invoking import Invoker


class Breakage(StrEnum):
    """A way to be broken, by the heading of its column in the runbook."""

    DENIED = "denied by IAM"
    THROTTLED = "throttled"
    AWAY = "away"
    UNNAMED = "wrong variable"
    """A variable that names what is not there; for one that is missing see the import."""


_DYNAMODB: Final = {
    Breakage.DENIED: ("AccessDeniedException", 400),
    Breakage.THROTTLED: ("ThrottlingException", 400),
    Breakage.UNNAMED: ("ResourceNotFoundException", 400),
}
_GATEWAY: Final = {
    Breakage.DENIED: ("AccessDeniedException", 403),
    Breakage.THROTTLED: ("LimitExceededException", 429),
    Breakage.UNNAMED: ("ForbiddenException", 403),
}
_S3: Final = {
    Breakage.DENIED: ("AccessDenied", 403),
    Breakage.THROTTLED: ("SlowDown", 503),
    Breakage.UNNAMED: ("NoSuchBucket", 404),
}
ISSUER_STATUS: Final = {Breakage.DENIED: 403, Breakage.THROTTLED: 429, Breakage.UNNAMED: 404}
"""What the issuer answers in place of its keys."""


class Broken:
    """A client of AWS of which every operation fails in one way."""

    def __init__(self, breakage: Breakage, codes: dict[Breakage, tuple[str, int]]) -> None:
        self._fault = breakage
        self._codes = codes

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def fail(**_: Any) -> Any:
            raise _error(operation, self._fault, self._codes)

        return fail


def dynamodb(breakage: Breakage) -> Any:
    """Return a client of DynamoDB."""
    return Broken(breakage, _DYNAMODB)


def gateway(breakage: Breakage) -> Any:
    """Return a client of the callbacks."""
    return Broken(breakage, _GATEWAY)


def bucket(breakage: Breakage) -> Any:
    """Return a client of S3."""
    return Broken(breakage, _S3)


_LAMBDA: Final = {Breakage.DENIED: 403, Breakage.THROTTLED: 429, Breakage.UNNAMED: 404}


class _Http:
    """What sends requests to Lambda, and is always answered in one way."""

    def __init__(self, breakage: Breakage) -> None:
        self._fault = breakage

    def send(self, _request: object) -> Any:
        if self._fault is Breakage.AWAY:
            raise EndpointConnectionError(endpoint_url="https://lambda.example")
        return SimpleNamespace(status_code=_LAMBDA[self._fault])


def function(breakage: Breakage) -> Invoker:
    """Return what invokes a function."""
    return Invoker(_Http(breakage), Credentials("test", "test"), "https://lambda.example/", "us-east-1")


def _error(operation: str, breakage: Breakage, codes: dict[Breakage, tuple[str, int]]) -> Exception:
    if breakage is Breakage.AWAY:
        return EndpointConnectionError(endpoint_url="https://dynamodb.example")
    code, status = codes[breakage]
    response: Any = {
        "Error": {"Code": code, "Message": "on purpose"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, operation)
