"""The alarms of what works behind the routes: the projector, the sweeper, the archiver and the responder."""

from collections.abc import Iterator
from dataclasses import replace

from functions import names
from infra.signals import measures
from infra.signals.alarm import Alarm
from infra.signals.backend import Backend
from infra.signals.metric_filters import Lines, with_some
from infra.signals.watches import MINUTE, Without

BEHIND_MILLISECONDS = 60_000
"""How old what the projector reads may be."""
SILENT_MINUTES = 5
"""The sweeper is missed after three times this, or three times its own interval if that is longer."""
HOUR = 60 * MINUTE
_RUN_BY_THE_CLOCK = (
    "Look whether its schedule is enabled, and whether the schedule's role may run the function."
)


def of_the_projector(backend: Backend) -> Iterator[Alarm]:
    """Yield the alarms of what the projector gave up, and of what it has not come to."""
    function = backend.projector.function
    yield Alarm(
        "projector-failures",
        measures.of_queue(backend.projector.failures),
        "Read why in the lines project with a problem, mend it, and run python -m ops redrive.",
        "the-failure-queue",
    )
    # a record that waits for its batch to fill is not late
    waited = backend.settings.projector.window_seconds * 1_000
    age = measures.of_function("IteratorAge", function, MINUTE)
    yield Alarm(
        "projector-behind",
        replace(age, statistic="Maximum", periods=5, above=BEHIND_MILLISECONDS + waited),
        "Look whether it fails (projector-errors), or more arrives than it can take.",
        "the-projector-is-behind-or-does-not-run",
    )
    arrivals = measures.writes("ConsumedWriteCapacityUnits", backend)[f"events-{names.EVENTS_BY_ARRIVAL}"]
    yield Alarm(
        "projector-silent",
        Without(
            # of the index: what a condition refuses is charged to the table, and reaches no index
            replace(arrivals, period_seconds=measures.PERIOD),
            measures.of_function("Invocations", function),
            "Appends without a run of the projector",
        ),
        "Look whether its mapping is enabled: python -m ops doctor says so, and how to enable it.",
        "the-projector-is-behind-or-does-not-run",
    )


def of_the_sweeper(backend: Backend) -> Iterator[Alarm]:
    """Yield the alarms of what the sweeper gave up, and of its silence."""
    yield Alarm(
        "sweeper-failures",
        measures.of_queue(backend.sweeper.failures),
        "Read why in the log of sweeper, mend it, and purge the queue: the next run does what was left.",
        "the-sweeper",
    )
    if backend.settings.sweeper.enabled:
        seconds = max(SILENT_MINUTES, backend.settings.sweeper.every_minutes) * MINUTE
        runs = measures.of_function("Invocations", backend.sweeper.function, seconds)
        silent = replace(runs, periods=3, below=1)
        yield Alarm("sweeper-silent", silent, _RUN_BY_THE_CLOCK, "the-sweeper")


def of_the_responder(backend: Backend) -> Iterator[Alarm]:
    """Yield the alarm of the texts that the responder gave up."""
    if backend.responder is not None:
        yield Alarm(
            "responder-failures",
            measures.of_queue(backend.responder.failures),
            "Read why in the log of responder, mend it, and purge the queue: the sweeper has texts answered.",
            "the-responder",
        )


def of_the_archive(backend: Backend) -> Iterator[Alarm]:
    """Yield the alarms of what the archiver gave up, of its silence, and of what it has not come to."""
    if backend.archive is None:
        return
    function = backend.archive.function
    yield Alarm(
        "archiver-failures",
        measures.of_queue(backend.archive.failures),
        "Read why in the log of archiver, mend it, and purge the queue: the next run goes on from there.",
        "the-archive",
    )
    runs = measures.of_function("Invocations", function, HOUR)
    yield Alarm("archiver-silent", replace(runs, periods=3, below=1), _RUN_BY_THE_CLOCK, "the-archive")
    behind = Lines(
        "archive-behind", function, with_some(names.LINE_ARCHIVE, "behind"), value="$.behind", unit="None"
    )
    hours = measures.of_lines(behind.what, backend.naming)
    yield Alarm(
        behind.what,
        replace(hours, statistic="Maximum", period_seconds=HOUR, periods=3),
        "An archive that was just enabled catches up by itself. Any other fails, or needs more memory.",
        "the-archive",
        (behind,),
    )


def of_the_delivery_queue(backend: Backend) -> Iterator[Alarm]:
    """Yield the alarm of the jobs that the delivery queue put aside."""
    if backend.deliverer is not None:
        yield Alarm(
            "deliverer-failures",
            measures.of_queue(backend.deliverer.failures),
            "Read why in the lines not_worked_off of deliverer, mend it, and run python -m ops redrive.",
            "the-delivery-queue",
        )
