"""Sound in files: WAV, which is read in the formats that are common, and written as speech is."""

import wave
from array import array
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from local.errors import LocalError

RATES: Final = (8_000, 16_000, 24_000)
"""Samples a second that a voice session takes."""
_SAMPLE_BYTES: Final = 2


class Sound(msgspec.Struct, frozen=True):
    """Signed 16-bit linear PCM, little-endian, one channel.

    ``note`` says what a file was converted from, empty if it was not.
    """

    rate: int
    audio: bytes
    note: str = ""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.audio) / (self.rate * _SAMPLE_BYTES)


def read(path: Path) -> Sound:
    """Read a file. What is not 16-bit mono at a rate that speech may have is converted, as well as is simple.

    Raises
    ------
    LocalError
        In one line, what is wrong with it.
    """
    try:
        with path.open("rb") as raw_file, wave.open(raw_file, "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            raw = file.readframes(file.getnframes())
    except FileNotFoundError:
        raise LocalError(f"{path} does not exist") from None
    except (EOFError, wave.Error) as error:
        raise LocalError(
            f"{path} is no WAV with linear PCM ({error or 'it ends too soon'}): "
            f"`ffmpeg -i {path} -ac 1 -ar 16000 -c:a pcm_s16le speech.wav` makes one"
        ) from None
    except OSError as error:
        raise LocalError(f"{path} cannot be read: {error.strerror}") from None
    samples = _mixed(_sixteen_bits(raw, width), channels)
    if not samples:
        raise LocalError(f"{path} has no sound in it")
    wanted = rate if rate in RATES else 24_000 if rate > RATES[-1] else 16_000
    if wanted != rate:
        samples = _resampled(samples, rate, wanted)
    audio = array("h", samples).tobytes()
    was = f"{8 * width} bits, {channels} channel{'s' * (channels > 1)}, {rate} Hz"
    if (channels, width, rate) == (1, _SAMPLE_BYTES, wanted):
        return Sound(rate, audio)
    return Sound(wanted, audio, f"it had {was}; it is sent with 16 bits, mono, {wanted} Hz")


def write(path: Path, sound: Sound) -> None:
    """Write a file.

    Raises
    ------
    LocalError
        If it cannot be written.
    """
    try:
        with path.open("wb") as raw_file, wave.open(raw_file, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(_SAMPLE_BYTES)
            file.setframerate(sound.rate)
            file.writeframes(sound.audio)
    except OSError as error:
        raise LocalError(f"{path} cannot be written: {error.strerror}") from None


def _sixteen_bits(raw: bytes, width: int) -> Sequence[int]:
    """Return samples of any width in 16 bits: their greatest, and of 8 bits, which have no sign, all."""
    if width == 1:
        return array("h", [(each - 128) << 8 for each in raw])
    samples = bytearray(len(raw) // width * _SAMPLE_BYTES)
    samples[0::2], samples[1::2] = raw[width - 2 :: width], raw[width - 1 :: width]
    return array("h", bytes(samples))


def _mixed(samples: Sequence[int], channels: int) -> Sequence[int]:
    """Return the mean of the channels."""
    if channels == 1:
        return samples
    together = zip(*(samples[each::channels] for each in range(channels)), strict=True)
    return array("h", [sum(each) // channels for each in together])


def _resampled(samples: Sequence[int], rate: int, wanted: int) -> Sequence[int]:
    """Return the sound at another rate, by straight lines between samples: speech stays intelligible."""
    steps = list(pairwise([*samples, samples[-1]]))
    made = array("h")
    for number in range(len(samples) * wanted // rate):
        at, part = divmod(number * rate, wanted)
        before, after = steps[at]
        made.append(before + (after - before) * part // wanted)
    return made
