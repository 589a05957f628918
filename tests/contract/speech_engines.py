"""The engines of speech that the contract is for, each with what stands behind it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec
from typing import Final, Protocol

import msgspec

from functions.aws.voice.engines.echo import Echo
from functions.aws.voice.engines.engine import SpeechEngine, SpeechStream
from functions.domain.voice.echoing import Way
from functions.domain.voice.said import Opening


class Stage(Protocol):
    """An engine, and the same engine with something wrong behind it."""

    @property
    def usual(self) -> SpeechEngine:
        """It answers what it hears, and it can be interrupted."""
        ...

    @property
    def breaking(self) -> SpeechEngine:
        """Its streams break when they hear sound."""
        ...

    @property
    def away(self) -> SpeechEngine:
        """It cannot be opened now."""
        ...

    @property
    def refusing(self) -> SpeechEngine:
        """It can never be opened."""
        ...


Served = Callable[[], AbstractAsyncContextManager[Stage]]
"""Serves what stands behind an engine for as long as the block lasts, within the test's five seconds."""


class Voiced:
    """An engine of one voice, whatever is asked for."""

    def __init__(self, engine: SpeechEngine, voice: str) -> None:
        self.model = engine.model
        self._engine = engine
        self._voice = voice

    async def open(self, opening: Opening, /) -> SpeechStream:
        """Open a stream of that voice."""
        return await self._engine.open(msgspec.structs.replace(opening, voice=self._voice))


class EchoStage:
    """The engine that echoes, whose voices are what can be wrong with it."""

    def __init__(self, way: Way) -> None:
        self.usual = Voiced(Echo(), way)
        self.breaking = Voiced(Echo(), Way.BREAKS)
        self.away = Voiced(Echo(), Way.UNAVAILABLE)
        self.refusing = Voiced(Echo(), Way.REJECTED)


@asynccontextmanager
async def echo_at_once() -> AsyncIterator[Stage]:
    """An echo that speaks while it hears."""
    yield EchoStage(Way.AT_ONCE)


@asynccontextmanager
async def echo_in_turn() -> AsyncIterator[Stage]:
    """An echo that waits for its turn."""
    yield EchoStage(Way.IN_TURN)


SPEECH_ENGINES: Final[dict[str, Served]] = {"echo": echo_at_once, "echo in turn": echo_in_turn}

if find_spec("aws_sdk_bedrock_runtime"):
    # in the environment of `tests/nova/newer.py`, where `tests/nova/test_room.py` runs these cases
    from tests.nova.stage import nova

    SPEECH_ENGINES["nova"] = nova
