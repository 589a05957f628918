"""Sound in files: what is read, what is converted, and what is refused."""

import math
import struct
import wave
from array import array
from pathlib import Path

import pytest

from local.errors import LocalError
from local.voice import wav
from local.voice.wav import Sound
from tests.voice.espeak import needs_espeak, said


def tone(rate: int, seconds: float = 0.5) -> list[float]:
    """A tone of 200 Hz, from -0.5 to 0.5."""
    return [0.5 * math.sin(math.tau * 200 * at / rate) for at in range(round(rate * seconds))]


def packed(samples: list[float], width: int) -> bytes:
    """Samples as WAV has them in so many bytes: without a sign in one, little-endian in more."""
    if width == 1:
        return bytes(round(each * 127) + 128 for each in samples)
    return b"".join(
        round(each * (2 ** (8 * width - 1) - 1)).to_bytes(width, "little", signed=True) for each in samples
    )


def written(path: Path, samples: list[float], rate: int, width: int = 2, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(packed(samples, width))
    return path


def likeness(sound: Sound, samples: list[float]) -> float:
    """Return the correlation of two sounds: 1 for the same, however loud."""
    heard = array("h", sound.audio)
    assert len(heard) == pytest.approx(len(samples), abs=2)
    products = sum(one * other for one, other in zip(heard, samples, strict=False))
    return products / math.sqrt(sum(each * each for each in heard) * sum(each * each for each in samples))


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
def test_speech_is_read_as_it_is_and_written_as_it_was(tmp_path: Path, rate: int) -> None:
    path = written(tmp_path / "in.wav", tone(rate), rate)

    sound = wav.read(path)
    wav.write(tmp_path / "out.wav", sound)

    assert sound == Sound(rate, packed(tone(rate), 2))
    assert (tmp_path / "out.wav").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("rate", "wanted"), [(11_025, 16_000), (22_050, 16_000), (44_100, 24_000), (48_000, 24_000)]
)
def test_another_rate_is_converted_and_says_so(tmp_path: Path, rate: int, wanted: int) -> None:
    sound = wav.read(written(tmp_path / "in.wav", tone(rate), rate))

    assert sound.rate == wanted
    assert sound.note == f"it had 16 bits, 1 channel, {rate} Hz; it is sent with 16 bits, mono, {wanted} Hz"
    assert likeness(sound, tone(wanted)) > 0.99


@pytest.mark.parametrize("width", [1, 3, 4])
def test_another_width_is_converted(tmp_path: Path, width: int) -> None:
    sound = wav.read(written(tmp_path / "in.wav", tone(16_000), 16_000, width))

    assert likeness(sound, tone(16_000)) > 0.999
    assert max(array("h", sound.audio)) == pytest.approx(2**14, rel=0.02)


def test_two_channels_are_one(tmp_path: Path) -> None:
    both = [each for sample in tone(16_000) for each in (sample, -sample / 2)]

    sound = wav.read(written(tmp_path / "in.wav", both, 16_000, channels=2))

    assert likeness(sound, tone(16_000)) > 0.999


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is no WAV with linear PCM"),
        (b"Hello", "is no WAV with linear PCM"),
        (
            b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00"
            + struct.pack("<HHIIHH", 3, 1, 16_000, 64_000, 4, 32),
            "unknown format: 3",
        ),
    ],
)
def test_what_is_no_sound_that_is_understood_is_refused_with_a_way_out(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    (path := tmp_path / "in.wav").write_bytes(content)

    with pytest.raises(LocalError) as told:
        wav.read(path)

    assert problem in str(told.value)
    assert f"ffmpeg -i {path}" in str(told.value)


def test_a_file_that_is_not_there_empty_or_not_to_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="does not exist"):
        wav.read(tmp_path / "none.wav")
    with pytest.raises(LocalError, match="has no sound in it"):
        wav.read(written(tmp_path / "empty.wav", [], 16_000))
    with pytest.raises(LocalError, match="cannot be read: Is a directory"):
        wav.read(tmp_path)
    with pytest.raises(LocalError, match="cannot be written"):
        wav.write(tmp_path / "none" / "out.wav", Sound(16_000, b"\0\0"))


@needs_espeak
def test_what_a_synthesiser_says_can_be_said(tmp_path: Path) -> None:
    sound = wav.read(said("Hello, who is there?", tmp_path))

    assert sound.rate == 16_000
    assert 1.0 < sound.seconds < 3.0
