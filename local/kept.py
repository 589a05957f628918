"""Mend the read models after a stop that the projector may not have been ready for."""

from local.outputs import Outputs


def reconcile(outputs: Outputs) -> bool:
    """Compare the read models with the log and rebuild them where they differ.

    The stream does not survive a stop: what was not projected by then would be missing for good.

    Returns
    -------
    bool
        Whether a rebuild was needed.
    """
    raise NotImplementedError(outputs)
