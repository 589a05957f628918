"""Looks whether the archive keeps up, where a stack has one."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from functions.aws.archive.objects import Objects
from functions.domain.archive.hours import HOUR, closed_until
from ops.doctor.findings import Finding, Verdict
from ops.doctor.stack import Patient

_MOST_HOURS: Final = 2
"""That it may be behind: it runs every hour, and the next run makes up for one that failed."""


def archive(patient: Patient, wall: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Look how far the archive has come."""
    bucket = patient.deployment.outputs.archive_bucket
    if bucket is None:
        return
    mark = Objects(patient.client("s3"), bucket).watermark()
    if mark is None:
        yield Finding("archive", Verdict.NOTE, "nothing was archived yet", "ask again in an hour or two")
        return
    behind = (closed_until(int(wall() * 1000)) - mark.archived) // HOUR
    if behind > _MOST_HOURS:
        fix = "look at the archiver's log and failure queue: nothing is lost while the log has it"
        yield Finding("archive", Verdict.WRONG, f"it is {behind} hours behind", fix)
    else:
        yield Finding("archive", Verdict.FINE, "it is not behind")
