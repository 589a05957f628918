"""Opens a session: proves that the channel delivers, reads what was said before, and opens the engine."""

import asyncio
from typing import Any, Final

import msgspec

from functions.aws.logs import warn, write_line
from functions.aws.voice.engines.engine import SpeechStream
from functions.domain.refusals import Fault, Unavailable
from functions.domain.replies.prompt import Bounds, Turn, conversation
from functions.domain.voice.problems import CannotSpeakError
from functions.domain.voice.said import Failure, Opening
from functions.domain.voice.starts import Start
from functions.operations.voice.listening import Listening
from functions.operations.voice.means import Means

PROVE_SECONDS: Final = 6.0
"""For the channel to deliver, from the invocation on."""
MOST_TOKENS: Final = 8_000
"""Of what an engine is told of the conversation, as they are estimated: 24 KB, of the 40 that Nova takes."""
_PAUSES: Final = (0.3, 1.0, 0.0)
"""Seconds after each attempt to open an engine."""


async def opened(means: Means, start: Start, listening: Listening) -> SpeechStream:
    """Return a stream that listens, over a channel that delivers.

    Raises
    ------
    Unavailable
        If one of them cannot be had: nobody can speak now.
    """
    opening = asyncio.create_task(_open(means, start))
    try:
        async with asyncio.timeout(PROVE_SECONDS):
            await listening.prove()
    except TimeoutError:
        # an engine says within five seconds what becomes of its opening, and is not cancelled before
        if isinstance(stream := (await asyncio.gather(opening, return_exceptions=True))[0], BaseException):
            problem = "the channel does not deliver, and the engine does not open"
        else:
            await stream.close()
            problem = "the channel does not deliver"
        raise Unavailable(problem) from None
    return await opening


async def _open(means: Means, start: Start) -> SpeechStream:
    manner = means.manner
    history = await _history(means, start)
    goes_on = start.generation > 1
    opening = Opening(start.sample_rate, start.voice or manner.voice, manner.system, history, goes_on)
    ids: dict[str, Any] = {"voice_session_id": start.voice_session_id, "model": means.engine.model}
    for seconds in _PAUSES:
        try:
            return await means.engine.open(opening)
        except CannotSpeakError as cannot:
            fallback = msgspec.structs.replace(opening, voice=manner.voice)
            if cannot.failure is not Failure.REJECTED or opening == fallback:
                write_line("engine_refuses", **ids, problem=str(cannot), fault=Fault.SERVER)
                raise Unavailable(str(cannot)) from None
            # a client may have named a voice that there is not: that wakes nobody
            write_line("voice_refused", **ids, problem=str(cannot))
            opening = fallback
        except Unavailable as unavailable:
            warn("engine_not_opened", unavailable, **ids)
            await asyncio.sleep(seconds)
    problem = "the engine does not open"
    raise Unavailable(problem)


async def _history(means: Means, start: Start) -> tuple[Turn, ...]:
    most = means.manner.history_turns
    if not most:
        return ()
    user_id, now = start.cause.user_id, means.now()
    try:
        newest = await means.off_loop(lambda: means.history(start.conversation, user_id, most, now))
    except Unavailable as unavailable:  # to speak without the conversation is better than not to speak
        warn("history_not_read", unavailable, voice_session_id=start.voice_session_id)
        return ()
    return conversation(newest, Bounds(most, MOST_TOKENS))
