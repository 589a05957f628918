"""A microphone and a loudspeaker, by `sounddevice`, which only they need."""

import asyncio
import contextlib
import importlib
import sys
from typing import Any, Final

from local.errors import LocalError
from local.voice.ends import FRAME_SECONDS
from local.voice.player import Player

RATE: Final = 16_000
_SAMPLE_BYTES: Final = 2
_INSTALL: Final = "`.venv/bin/pip install --require-hashes --requirement local/voice/requirements.txt`"


class Microphone:
    """What is said into the microphone, until Enter is pressed."""

    def __init__(self) -> None:
        self.rate = RATE
        self._device = _sounddevice()
        self._said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._streams: list[Any] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self, player: Player) -> None:
        """Listen and play, in threads of the system's."""
        self._loop = loop = asyncio.get_running_loop()
        frames = round(RATE * FRAME_SECONDS)

        def heard(audio: Any, *_more: Any) -> None:
            loop.call_soon_threadsafe(self._said.put_nowait, bytes(audio))

        def wanted(out: Any, *_more: Any) -> None:
            out[:] = player.take(len(out)).ljust(len(out), b"\0")

        shape = {"channels": 1, "dtype": "int16"}
        try:
            self._streams = [
                self._device.RawInputStream(samplerate=RATE, blocksize=frames, callback=heard, **shape),
                self._device.RawOutputStream(samplerate=player.rate, callback=wanted, **shape),
            ]
            for stream in self._streams:
                stream.start()
        except self._device.PortAudioError as error:
            self.stop()
            raise LocalError(
                f"there is no microphone, or no loudspeaker: {error}; `make voice FILE=` needs none"
            ) from None
        with contextlib.suppress(PermissionError, ValueError):  # no terminal: only Ctrl-C ends it
            loop.add_reader(sys.stdin, self._typed)

    async def next_frame(self) -> bytes | None:
        """Wait for what is said next."""
        return await self._said.get()

    def came(self, *, answers: bool) -> None:
        """Go on."""

    def stop(self) -> None:
        """Let go of the devices."""
        if self._loop is not None:
            with contextlib.suppress(ValueError):
                self._loop.remove_reader(sys.stdin)
        for stream in self._streams:
            stream.close()

    def _typed(self) -> None:
        sys.stdin.readline()
        self._said.put_nowait(None)


def _sounddevice() -> Any:
    try:
        return importlib.import_module("sounddevice")
    except ImportError:
        raise LocalError(
            f"a microphone needs sounddevice: {_INSTALL}; `make voice FILE=` needs none"
        ) from None
    except OSError as error:
        raise LocalError(f"sounddevice needs PortAudio ({error}); `make voice FILE=` needs none") from None
