"""The alarms of speech, what is measured of it, and what the dashboard shows."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from functions import names
from infra.signals import measures
from infra.signals.alarm import Alarm
from infra.signals.backend import Backend
from infra.signals.metric_filters import NAMESPACE, VOICE_ENDS, Lines, of_ends, with_some
from infra.signals.watches import MINUTE, Total
from infra.signals.widgets import Graph, expression, found, row, spread

BY_REASON: Final = "voice-ended"
HEARD: Final = "voice-frames"
LOST: Final = "voice-frames-lost"
"""What the metrics are called that monitoring makes."""
_FAILED, _UNAVAILABLE = "failed", "unavailable"
"""The reasons of an end that nobody asked for: the functions' own words, as a test holds."""


def of_speech(backend: Backend) -> Iterator[Alarm]:
    """Yield the alarms of voice sessions that failed, and of those whose end nobody could see to."""
    voice = backend.voice
    if voice is None:
        return
    yield Alarm(
        "voice-failures",
        measures.of_queue(voice.failures),
        "Read why in the log of voice-failure, mend it, and purge the queue: what a session held expires.",
        "speech",
    )
    counts = (
        Lines("voice-failed", voice.session, of_ends(_FAILED)),
        Lines("voice-unavailable", voice.session, of_ends(_UNAVAILABLE)),
        Lines("voice-ended-after-failure", voice.failure, of_ends(_FAILED)),
    )
    yield Alarm(
        "voice-sessions-failed",
        Total(
            [measures.of_lines(each.what, backend.naming) for each in counts],
            "Voice sessions that failed, or could not be opened",
            periods=1,
            above=0,
        ),
        "Count the lines voice in the log of voice-session by reason: unavailable is the engine, before "
        "anybody was heard; failed is the engine or the function.",
        "speech",
        counts,
    )


def monitored(backend: Backend) -> Iterator[Lines]:
    """Yield the lines of speech that monitoring makes metrics of."""
    voice = backend.voice
    if voice is None:
        return
    for function in (voice.session, voice.failure):
        yield Lines(BY_REASON, function, VOICE_ENDS, by={"Reason": "$.reason"})
    for what, member in ((HEARD, "frames"), (LOST, "lost")):
        yield Lines(what, voice.session, with_some(names.LINE_VOICE, member), value=f"$.{member}")


def graphs(backend: Backend) -> Iterator[Graph]:
    """Yield what the dashboard shows of speech."""
    voice = backend.voice
    if voice is None:
        return
    held = replace(measures.of_function("ConcurrentExecutions", voice.session, MINUTE), statistic="Maximum")
    limit = ("all seats", backend.settings.voice.sessions)
    yield Graph("Voice sessions at a time", [row(held, "held")], limit=limit)
    time = measures.of_function("Duration", voice.session)
    yield Graph("Time of a voice session, ms", spread(time, "p50", "Maximum"))
    yield Graph(
        "Failures of voice sessions",
        [
            row(measures.of_function("Errors", voice.session), "sessions that failed"),
            row(measures.of_function("Errors", voice.failure), "failures not seen to"),
        ],
    )
    if backend.settings.monitoring.enabled:
        by_reason = found(backend.naming.of(BY_REASON), "Reason", NAMESPACE)
        yield Graph("Voice sessions that ended, by reason", [expression(by_reason)])
        frames = {HEARD: "heard", LOST: "lost, and heard as silence"}
        yield Graph(
            "Frames of speech",
            [row(measures.of_lines(what, backend.naming), label) for what, label in frames.items()],
        )
