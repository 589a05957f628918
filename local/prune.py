"""Remove from the emulator what the program has no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from functions.aws.faults import status_of
from local.answers import until_answered
from local.cloud import Cloud
from local.resources.registry import REMOVERS

_GONE = frozenset({400, 404})
"""How services answer for what is not there (SQS and CloudWatch by 400)."""


@dataclass(frozen=True)
class Deployed:
    """One resource that has been created on the emulator."""

    type: str
    name: str
    id: str


def surplus(before: Sequence[Deployed], now: Iterable[Deployed]) -> list[Deployed]:
    """What to remove, the last made first.

    Types without a remover stay: tables and user pools, which hold what people have done, and the parts of
    an API, which is made anew every time.
    """
    kept = {(each.type, each.id) for each in now}
    return [each for each in reversed(before) if each.type in REMOVERS and (each.type, each.id) not in kept]


def prune(cloud: Cloud, before: Sequence[Deployed], now: Iterable[Deployed]) -> list[Deployed]:
    """Remove the surplus and give what was removed."""
    removed = surplus(before, now)
    for each in removed:
        _remove(cloud, each)
    return removed


def _remove(cloud: Cloud, deployed: Deployed) -> None:
    try:
        until_answered(lambda _lost: REMOVERS[deployed.type](cloud, deployed.id))
    except ClientError as error:
        if status_of(error) not in _GONE:
            raise
