"""Speech that was never recorded: espeak-ng says it."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from local.voice import wav
from local.voice.wav import Sound

PROGRAM: Final = shutil.which("espeak-ng")
needs_espeak = pytest.mark.skipif(PROGRAM is None, reason="there is no espeak-ng to speak")


def said(text: str, folder: Path) -> Path:
    """Return a file in which a text is said."""
    assert PROGRAM is not None
    path = folder / "said.wav"
    subprocess.run([PROGRAM, "-w", str(path), text], check=True, timeout=20)
    return path


def speech(text: str, folder: Path) -> Sound:
    """Return a text that is said, at a rate that a voice session takes."""
    return wav.read(said(text, folder))
