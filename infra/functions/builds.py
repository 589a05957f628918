"""Makes what is deployed once, in a folder that is there whole or not at all."""

import tempfile
from collections.abc import Callable
from pathlib import Path


def build_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """
    Give a folder, making it unless it is there.

    Parameters
    ----------
    folder
        Where it is kept; its name says of what it is made.
    make
        Fills an empty folder; whatever it raises leaves nothing behind.
    """
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    # renamed when whole: a build that is killed leaves a folder that nobody looks for
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="unfinished-") as unfinished:
        made = Path(unfinished) / "made"
        made.mkdir()
        make(made)
        try:
            made.rename(folder)
        except OSError:
            # another build of the same was faster
            if not folder.is_dir():
                raise
    return folder
