"""Everything that the doctor looks at, one after the other."""

from collections.abc import Callable, Iterator
from functools import partial

from ops.deployment import Deployment
from ops.doctor.alarms import alarms
from ops.doctor.archive import archive
from ops.doctor.caller import identity, permissions
from ops.doctor.delay import delay
from ops.doctor.entry import entry
from ops.doctor.erasures import erasures
from ops.doctor.findings import Finding, look
from ops.doctor.projection import failures, mapping, projected, swept
from ops.doctor.stack import Patient
from ops.doctor.tables import tables


def examine(deployment: Deployment, *, listen_seconds: float) -> Iterator[Finding]:
    """Yield what is found of a stack, as it is found; nothing is changed.

    Parameters
    ----------
    deployment
        The stack.
    listen_seconds
        How long the log is followed, to measure the index's delay.
    """
    patient = Patient(deployment)
    checks: dict[str, Callable[[Patient], Iterator[Finding]]] = {
        "caller": identity,
        "tables": tables,
        "gateway": entry,
        "projector": mapping,
        "read models": projected,
        "failures": failures,
        "sweeper": swept,
        "archive": archive,
        "erasures": erasures,
        "alarms": alarms,
        "index delay": partial(delay, listen_seconds=listen_seconds),
        "permissions": permissions,
    }
    for name, check in checks.items():
        yield from look(name, partial(check, patient))
