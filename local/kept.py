"""Mend the read models after a stop that the projector may not have been ready for."""

from pathlib import Path

from ops.deployment import Deployment, read_outputs
from ops.read_models.rebuild import rebuild
from ops.read_models.verify import RebuildUnderWayError, verify

_PROJECTOR_SECONDS = 2
"""A rebuild waits for projectors that began before it; here there are none older than the emulator."""


def reconcile(outputs: Path) -> bool:
    """Compare the read models with the log and rebuild them where they differ.

    The stream does not survive a stop: what was not projected by then would be missing for good.

    Parameters
    ----------
    outputs : Path
        The outputs of the program, as JSON.

    Returns
    -------
    bool
        Whether a rebuild was needed.
    """
    deployment = Deployment(read_outputs(outputs))
    try:
        if not verify(deployment, at_rest=True).differences:
            return False
    except RebuildUnderWayError:
        # An interrupted one is taken up again.
        pass
    rebuild(deployment, wait_seconds=_PROJECTOR_SECONDS)
    return True
