"""What the doctor finds, and how what AWS answers becomes a finding."""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.faults import code_of
from functions.domain.refusals import Unavailable

_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError"})
_ACTION: Final = re.compile(r"perform: (\S+?:\w+)(?: on resource: (\S+))?")
"""What AWS's refusals say: ``… is not authorized to perform: sqs:GetQueueAttributes on resource: arn:…``."""


class Verdict(StrEnum):
    """What the doctor thinks of it."""

    FINE = "fine"
    NOTE = "note"
    """Worth knowing, and nothing is wrong with the stack."""
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """It could not be looked at."""


BAD: Final = frozenset({Verdict.WRONG, Verdict.UNKNOWN})


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was looked at: what was found, and what to do about it."""

    check: str
    verdict: Verdict
    what: str
    fix: str | None = None


Check = Callable[[], Iterable[Finding]]


def look(name: str, check: Check) -> Iterator[Finding]:
    """Yield what a check finds; one that cannot be made is a finding, and the others are made anyway."""
    try:
        yield from check()
    except ClientError as problem:
        if is_denied(problem):
            yield Finding(name, Verdict.UNKNOWN, f"you may not {action(problem)}", "have it granted")
        else:
            where = "deploy the stack anew, or use the outputs of the stack as it is"
            yield Finding(name, Verdict.WRONG, str(problem), where)
    except (BotoCoreError, Unavailable) as problem:
        fix = "look at your network, at the region of the outputs, and at AWS's health page"
        yield Finding(name, Verdict.UNKNOWN, f"no answer: {problem}", fix)


def is_denied(problem: ClientError) -> bool:
    """Tell whether IAM does not allow it."""
    return code_of(problem) in _DENIED


def action(problem: ClientError) -> str:
    """Return what IAM does not allow, as a policy would name it where the answer says so."""
    found = _ACTION.search(str(problem))
    if found is None:
        return problem.operation_name
    return f"{found[1]} on {found[2].rstrip('.')}" if found[2] else found[1]
