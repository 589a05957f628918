"""Makes a call that a transaction may stand in the way of: botocore does not repeat it."""

from collections.abc import Callable, Iterator

from botocore.exceptions import ClientError

from functions.aws.faults import is_contended


def attempt(call: Callable[[], object], pauses: Iterator[float]) -> None:
    """Write one item; again, after each pause, while a transaction holds it.

    Raises
    ------
    ClientError
        What else is answered, and the conflict when the pauses have ended.
    """
    while True:
        try:
            call()
        except ClientError as error:
            if not is_contended(error) or next(pauses, None) is None:
                raise
        else:
            return
