"""Writes that hold only while something is as it was read."""

from collections.abc import Callable

from botocore.exceptions import ClientError

from functions.aws.faults import CONDITION_FAILED, code_of
from functions.aws.log.attempts import attempt
from functions.aws.log.patience import USUAL as PATIENCE


def written(write: Callable[[], object]) -> bool:
    """Write, and tell whether the condition held; what a transaction of others holds is tried for 3 s.

    Raises
    ------
    ClientError
        Whatever else the service answers, also that others are in the way for longer.
    """
    try:
        attempt(write, PATIENCE.pauses())
    except ClientError as error:
        if code_of(error) == CONDITION_FAILED:
            return False
        raise
    return True
