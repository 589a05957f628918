"""What Bedrock's errors mean for a reply.

Of an error's text nothing goes into the log where it may hold words of the prompt.
"""

from typing import Final

from botocore import exceptions
from urllib3.exceptions import ReadTimeoutError

from functions.aws.faults import code_of, status_of
from functions.domain.replies.pieces import Failed, Failure

_FAILURES: Final = {
    "throttling": Failure.THROTTLED,
    "toomanyrequests": Failure.THROTTLED,
    "servicequotaexceeded": Failure.THROTTLED,
    "modelnotready": Failure.UNAVAILABLE,
    "modelerror": Failure.UNAVAILABLE,
    "internalserver": Failure.UNAVAILABLE,
    "serviceunavailable": Failure.UNAVAILABLE,
    "modeltimeout": Failure.TIMED_OUT,
    "modelstreamerror": Failure.INTERRUPTED,
    "accessdenied": Failure.MISCONFIGURED,
    "resourcenotfound": Failure.MISCONFIGURED,
}
"""By the code without ``Exception``, in lower case: in a stream codes begin with a small letter."""
_BY_STATUS: Final = {
    401: Failure.MISCONFIGURED,
    403: Failure.MISCONFIGURED,
    404: Failure.MISCONFIGURED,
    408: Failure.TIMED_OUT,
    429: Failure.THROTTLED,
}
_TOO_LONG: Final = (
    "input is too long",
    "prompt is too long",
    "exceed context limit",
    "maximum context length",
    "too many total text bytes",
    "too many input tokens",
)
"""What a ``ValidationException`` says of a prompt that is too long; models have words of their own."""
_MOST_CHARACTERS: Final = 300


def failed(error: Exception) -> Failed:
    """Return what an error means that came in the place of a reply."""
    if isinstance(error, exceptions.ClientError):
        return _of_service(error, _by_status(error))
    if isinstance(error, exceptions.ReadTimeoutError):
        return Failed(Failure.TIMED_OUT, type(error).__name__)
    away = isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError)
    return Failed(Failure.UNAVAILABLE if away else Failure.MISCONFIGURED, type(error).__name__)


def failed_in_stream(error: Exception) -> Failed:
    """Return what an error means that came in the middle of a reply."""
    if isinstance(error, exceptions.ClientError):
        return _of_service(error, Failure.INTERRUPTED)
    late = isinstance(error, ReadTimeoutError | TimeoutError)
    return Failed(Failure.TIMED_OUT if late else Failure.INTERRUPTED, type(error).__name__)


def _of_service(error: exceptions.ClientError, otherwise: Failure) -> Failed:
    # botocore leaves the code out where it does not know an exception of a stream
    code = code_of(error) or "unknown"
    kind = code.lower().removesuffix("exception")
    if kind == "validation":
        message = _message_of(error).lower()
        too_long = any(words in message for words in _TOO_LONG)
        return Failed(Failure.TOO_LONG if too_long else Failure.REJECTED, code)
    failure = _FAILURES.get(kind, otherwise)
    if failure is Failure.MISCONFIGURED:
        # it names a model, a role or a guardrail, and was decided before anybody read the prompt
        code = f"{code}: {_message_of(error)[:_MOST_CHARACTERS]}"
    return Failed(failure, code)


def _by_status(error: exceptions.ClientError) -> Failure:
    status = status_of(error)
    return Failure.UNAVAILABLE if status >= 500 else _BY_STATUS.get(status, Failure.REJECTED)


def _message_of(error: exceptions.ClientError) -> str:
    return error.response.get("Error", {}).get("Message") or ""
