"""What an answer of a service means, and what to do where it was lost on its way.

Errors are told by their codes: botocore makes the classes of ``client.exceptions`` when they are first asked
for and without a lock, so two threads can get two classes of one name, and an ``except`` misses.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.parsers import ResponseParserError

from functions.aws.faults import code_of, status_of

_Result = TypeVar("_Result")

_ATTEMPTS: Final = 4
_ALREADY_THERE: Final = frozenset(
    {
        "AlreadyExistsException",
        "BucketAlreadyOwnedByYou",
        "ConflictException",
        "EntityAlreadyExists",
        "QueueAlreadyExists",
        "QueueNameExists",
        "ResourceAlreadyExistsException",
        "ResourceConflictException",
        "ResourceInUseException",
    }
)


@contextmanager
def ignoring(*codes: str) -> Iterator[None]:
    """Take an error with one of these codes for a good answer."""
    try:
        yield
    except ClientError as error:
        if code_of(error) not in codes:
            raise


def if_there(ask: Callable[..., Any], *absent: str, **members: Any) -> Any:
    """Give what a client's method answers, or None where it answers with a code of what is not there."""
    with ignoring(*absent):
        return ask(**members)
    return None


def until_answered(ensure: Callable[[bool], _Result]) -> _Result:
    """Ensure something, once more for each request whose answer was lost.

    Nobody knows whether such a request was carried out: a queue may be there, or be made only while it is
    looked for. So what ensures it begins again from what is there now. "Already exists" is a reason to begin
    again only after a lost answer: without one, this deployment has not made what is there.

    Parameters
    ----------
    ensure : callable
        Makes something, or brings what is there up to date. It is told whether an earlier answer was lost.
    """
    lost = False
    for _ in range(_ATTEMPTS - 1):
        try:
            return ensure(lost)
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            if not (_was_lost(error) or (lost and _says_already_there(error))):
                raise
            lost = True
    return ensure(lost)


def _was_lost(error: Exception) -> bool:
    """Whether nobody knows what has become of the request."""
    if isinstance(error, ClientError):
        return status_of(error) >= 500
    return isinstance(error, HTTPClientError | ResponseParserError)


def _says_already_there(error: Exception) -> bool:
    return isinstance(error, ClientError) and code_of(error) in _ALREADY_THERE
