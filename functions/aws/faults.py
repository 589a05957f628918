"""Which of botocore's errors mean what, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.domain.refusals import Contended, Unavailable

CONDITION_FAILED: Final = "ConditionalCheckFailedException"
CANCELLED: Final = "TransactionCanceledException"
_TRANSIENT: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_CONTENTION: Final = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_TRANSIENT_REASONS: Final = _CONTENTION | {"ThrottlingError", "ProvisionedThroughputExceeded"}


def code_of(error: ClientError) -> str:
    """Return the service's code of an error."""
    return error.response.get("Error", {}).get("Code", "")


def status_of(error: ClientError) -> int:
    """Return the HTTP status of an error, 0 if it has none."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def cancellation(error: ClientError) -> list[dict[str, Any]]:
    """Return the reason for each action of a cancelled transaction: ``Code``, and ``Item`` if asked for."""
    return [dict(reason) for reason in error.response.get("CancellationReasons", [])]


def is_transient(error: ClientError) -> bool:
    """Tell whether the same call, begun again from its reads, may succeed."""
    if code_of(error) == CANCELLED:
        codes = _reasons(error)
        return bool(codes) and codes <= _TRANSIENT_REASONS
    return code_of(error) in _TRANSIENT or status_of(error) >= 500


def is_contended(error: ClientError) -> bool:
    """Tell whether a call failed only because others were writing the same items at the same time."""
    if code_of(error) == CANCELLED:
        codes = _reasons(error)
        return bool(codes) and codes <= _CONTENTION
    return code_of(error) == "TransactionConflictException"


def _reasons(error: ClientError) -> set[str]:
    return {reason.get("Code", "None") for reason in cancellation(error)} - {"None"}


def is_invalid(error: ClientError) -> bool:
    """Tell whether the request itself is wrong, so that it will never be taken."""
    return code_of(error) == "ValidationException" or (
        code_of(error) == CANCELLED and not is_transient(error)
    )


INDEX_AWAY: Final = frozenset({"ResourceNotFoundException", "ValidationException"})
"""What a query of an index is answered while the index, or its table, is not there or is being made ("The
table does not have the specified index", "Cannot read from backfilling global secondary index"). Other faults
have these codes too: only for a query that is known to be valid."""
DENIED: Final = frozenset({"AccessDeniedException"})
"""What IAM does not allow."""


@contextmanager
def unavailable(also: frozenset[str] = frozenset()) -> Iterator[None]:
    """Raise `Unavailable` for what is transient: throttling, conflicts, timeouts, faults of the service.

    The client has retried it by then, as often as its configuration says. ``also`` are codes of the service
    that its caller takes like these.
    """
    try:
        yield
    except ClientError as error:
        if is_transient(error) or code_of(error) in also:
            codes = " and ".join(sorted(_reasons(error))) or code_of(error)
            kind = Contended if is_contended(error) else Unavailable
            raise kind(f"{codes} of {error.operation_name}") from error
        raise
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error
