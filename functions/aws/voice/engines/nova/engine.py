"""Nova 2 Sonic as an engine of speech."""

from typing import Final
from uuid import uuid4

from functions.aws.voice.engines.nova import events
from functions.aws.voice.engines.nova.clock import Clock, Monotonic
from functions.aws.voice.engines.nova.duplex import Connect
from functions.aws.voice.engines.nova.stream import NovaStream
from functions.aws.voice.engines.nova.succession import OpenWire
from functions.aws.voice.engines.nova.voices import Voices
from functions.aws.voice.engines.nova.wire import PATIENCE, Listener, OpeningError, Patience, Wire
from functions.domain.refusals import Unavailable
from functions.domain.voice.problems import CannotSpeakError
from functions.domain.voice.rotation import Lives
from functions.domain.voice.said import Opening

LIVES: Final = Lives()


class Nova:
    """Opens conversations; each is over as many streams of the model as it takes.

    Parameters
    ----------
    connect
        Opens a stream of the model.
    model
        Its id, for the log.
    voice
        Who speaks where an opening does not say, or names a voice that the model does not have.
    endpointing
        ``HIGH``, ``MEDIUM`` or ``LOW``: how soon a pause ends a turn; None is the model's own.
    clock, lives, patience
        How time passes, how long the model's streams live, and how long is waited for each of them.
    """

    def __init__(
        self,
        connect: Connect,
        *,
        model: str,
        voice: str,
        endpointing: str | None = None,
        clock: Clock | None = None,
        lives: Lives = LIVES,
        patience: Patience = PATIENCE,
    ) -> None:
        self.model = model
        self._connect = connect
        self._voice = voice
        self._endpointing = endpointing
        self._clock = clock or Monotonic()
        self._lives = lives
        self._patience = patience

    async def open(self, opening: Opening, /) -> NovaStream:
        """Open a conversation that listens; see `functions.aws.voice.engines.engine.SpeechEngine`."""
        stream = NovaStream(self._wires(opening), opening, clock=self._clock, lives=self._lives)
        try:
            await stream.begin()
        except OpeningError as error:
            why = error.why
            if why.passing:
                raise Unavailable(f"{why.failure}: {why.detail}") from error
            raise CannotSpeakError(why.failure, why.detail) from error
        return stream

    def _wires(self, opening: Opening) -> OpenWire:
        """Return what opens the model's streams of a conversation."""
        voices = Voices(opening.voice, self._voice)

        async def open_wire(listener: Listener) -> Wire:
            prompt = uuid4().hex
            first = events.setup(
                prompt,
                voice=voices.current,
                system=opening.system,
                endpointing=self._endpointing,
            )
            return await Wire.open(self._connect, prompt, first, voices.listener(listener), self._patience)

        return open_wire
