"""What nobody outside may learn: the server's insides, other users, and, even in the log, credentials."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from functions.aws.logs import logger
from tests.fuzz.verdicts import must

INTERNALS: Final = (
    *("Traceback", "Error", "Exception", "msgspec", "botocore", "boto3", "functions.", ".py", "object at"),
    *("claims-table", "events-table", "DynamoDB", "ConditionalCheck", "Throttling", "arn:aws"),
    *("voice#", "reply#", "session#", "ticket#", "texts#", "voices#"),
)
OTHERS: Final = ("bob", "01M83D2XSECRETSECRETSECRET")
"""Names that only the server knows in the tests' worlds: another user, and what is held for them."""
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({})))


def tells_nothing(answer: str, said: str, others: Iterable[str] = OTHERS) -> None:
    """Hold an answer to what may be told; what the caller said itself may be repeated."""
    told = [word for word in (*INTERNALS, *others) if word in answer and word not in said]
    must(not told, f"tells {told} in {answer[:200]!r}")


class _Lines(logging.Handler):
    """Keeps what a log line holds: its message, its fields, and its exception."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._exceptions = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        trace = self._exceptions.formatException(record.exc_info) if record.exc_info else ""
        self.lines.append(f"{record.levelname} {record.getMessage()} {fields} {trace}".rstrip())


@contextmanager
def listening() -> Iterator[list[str]]:
    """Give the lines that are logged for as long as it lasts; they go nowhere else."""
    lines = _Lines()
    before = logger.handlers, logger.level, logger.propagate
    logger.handlers, logger.propagate = [lines], False
    logger.setLevel(logging.DEBUG)
    try:
        yield lines.lines
    finally:
        logger.handlers, level, logger.propagate = before
        logger.setLevel(level)


def logs_nothing_of(secrets: Iterable[str], lines: Iterable[str]) -> None:
    """Hold log lines to what may be kept: nothing with which somebody could get in."""
    kept = [secret for secret in secrets if any(secret in line for line in lines)]
    must(not kept, f"logs {[secret[:60] for secret in kept]}")
