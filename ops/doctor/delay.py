"""Measures how late events can be seen in the index by arrival, by following it for a while."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from functions.aws.log.arrivals import arrived_at
from ops.audit.arrivals import by_arrival
from ops.audit.meter import Meter, MeteredReader, ServiceClock
from ops.audit.tail import OVERLAP_SECONDS, Tail
from ops.doctor.findings import Finding, Verdict
from ops.doctor.stack import Patient

_LOOK_EVERY_SECONDS: Final = 0.5


def delay(
    patient: Patient,
    listen_seconds: float,
    pause: Callable[[float], None] = time.sleep,
    clock: ServiceClock | None = None,
) -> Iterator[Finding]:
    """Follow the log, and say how long after its arrival each event was seen first.

    That is what a tail's overlap has to exceed: the writer's attempts, the index's delay, and how far the
    writer's clock is behind. It is measured to a second, which is as exact as the service tells its time.
    """
    clock = clock or ServiceClock()
    reader = MeteredReader(
        patient.client("dynamodb"), patient.deployment.outputs.events_table, Meter(), clock
    )
    list(by_arrival(reader, 0, 0, wanted=1))  # any answer tells the service's time
    begun = clock.now()
    tail = Tail(lambda first, last: by_arrival(reader, first, last, newest_first=False), clock.now, begun)
    late: list[float] = []
    while True:  # a look at least, and the last one after all the time, however long a look takes
        pause(_LOOK_EVERY_SECONDS)
        late += [max(0.0, (clock.now() - arrived_at(item)) / 1000) for item in tail.look()]
        if clock.now() >= begun + listen_seconds * 1_000:
            break
    if not late:
        what = f"nothing arrived within {listen_seconds:g} s: the delay is not measured"
        yield Finding("index delay", Verdict.NOTE, what, "ask again while somebody talks, or --listen longer")
    elif max(late) > OVERLAP_SECONDS:
        fix = f"give `ops tail` an --overlap of more than {max(late):.0f} s"
        yield Finding("index delay", Verdict.WRONG, f"an event was seen {max(late):.1f} s late", fix)
    else:
        yield Finding(
            "index delay", Verdict.FINE, f"{len(late)} events were seen {max(late):.1f} s late at most"
        )
