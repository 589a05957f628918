"""Monitoring: metrics of what the functions' lines say, where a setting asks for them."""

from collections.abc import Iterator

import pulumi

from functions import names
from infra.signals import speech
from infra.signals.backend import Backend
from infra.signals.metric_filters import (
    DENIED,
    GONE,
    REFUSED_FRAMES,
    Lines,
    metric_filter,
    with_number,
    with_some,
)

REFUSED_BY_CODE = "frames-refused-by-code"
DENIED_BY_REASON = "handshakes-denied"
FOUND_GONE = "gone"
LAG = "projection-lag"
ARCHIVED = "archived"
UNPUBLISHED = "unpublished"
"""What the metrics are called, but for the counters'."""
_UNITS = {"voice_seconds": "Seconds"}


def of_counter(name: str) -> str:
    """Give what the metric of a counter is called, such as ``voice-seconds``."""
    return name.replace("_", "-")


class Monitoring(pulumi.ComponentResource):
    """
    Filters that make metrics of lines that are written anyway.

    Each metric costs about $0.30 a month, by the hours in which it has data.
    """

    def __init__(self, name: str, backend: Backend, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:Monitoring", name, None, opts)
        for lines in _monitored(backend):
            function = lines.function.pulumi_resource_name
            metric_filter(
                f"{name}-{function}-{lines.what}",
                backend.naming,
                lines,
                pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})


def _monitored(backend: Backend) -> Iterator[Lines]:
    # a frame that names a lifecycle route is refused there
    for function in (backend.message, backend.feed, backend.lifecycle):
        yield Lines(REFUSED_BY_CODE, function, REFUSED_FRAMES, by={"Code": "$.refused"})
        yield Lines(FOUND_GONE, function, GONE)
    if backend.responder:
        yield Lines(FOUND_GONE, backend.responder.function, GONE)
    yield Lines(DENIED_BY_REASON, backend.admission.authorizer, DENIED, by={"Reason": "$.reason"})
    manager, sweeper = backend.manager.function, backend.sweeper.function
    yield Lines(FOUND_GONE, manager, with_some(names.LINE_MANAGER, "gone"), value="$.gone")
    yield Lines(FOUND_GONE, sweeper, with_some(names.LINE_SWEEP, "lost"), value="$.lost")
    projector = backend.projector.function
    lag = with_number(names.LINE_PROJECT, "lag_ms")
    yield Lines(LAG, projector, lag, value="$.lag_ms", unit="Milliseconds")
    for counter in names.COUNTED:
        moved, unit = with_number(names.LINE_PROJECT, counter), _UNITS.get(counter, "Count")
        yield Lines(of_counter(counter), projector, moved, value=f"$.{counter}", unit=unit)
    if backend.live:
        untold = with_some(names.LINE_PROJECT, "unpublished")
        yield Lines(UNPUBLISHED, projector, untold, value="$.unpublished")
    yield from speech.monitored(backend)
    if backend.archive:
        events = with_some(names.LINE_ARCHIVE, "events")
        yield Lines(ARCHIVED, backend.archive.function, events, value="$.events")
