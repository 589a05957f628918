"""The sweeper: what its schedule tells it, rightly or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st

from functions.domain.times import iso
from tests.fuzz.directory import ROWS, MemoryConnections
from tests.fuzz.leaks import listening
from tests.fuzz.storing import ParticularLog
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.property.mutations import ODD_VALUES, bent, odd_texts
from tests.routes import sweeper as handler
from tests.unit.operations.connections.connection_rows import NOW, Context, Gateway

_PLACEHOLDER: Final = "<aws.scheduler.scheduled-time>"
_COUNTS: Final = {"healed", "checked", "lost", "closed", "refreshed"}
_DAY: Final = 86_400
_EARLY: Final = 300
_LONGEST_INTERVAL: Final = 1_440
_USERS: Final = {found.connection_id: found.user_id for found in ROWS}


def judge(given: Input) -> Verdict:
    """Run the sweeper on an input, which it may refuse by raising: a failure queue takes that."""
    log, gateway = ParticularLog(), Gateway()
    with listening():
        try:
            swept = handler(given.value, Context(), MemoryConnections(), log, gateway, now=lambda: NOW)
        except ValueError:  # a validation error is one too
            must(given.kind != "valid", "refuses what is valid")
            must(
                not log.events and not gateway.closed and not gateway.asked, "refuses, and acts all the same"
            )
            return Verdict.REFUSED
    must(_allows(given.value), "takes what is no schedule's input")
    must(swept.keys() == _COUNTS and all(type(count) is int for count in swept.values()), f"answers {swept}")
    for event in log.events:
        must(event.user_id == _USERS[event.connection_id], "forges a user")
    return Verdict.ACCEPTED


def _allows(given: Any) -> bool:
    if not isinstance(given, dict) or not isinstance(given.get("time"), str):
        return False
    idle = given.get("idleSeconds", 0)
    if type(idle) is not int or not 0 <= idle <= _DAY:
        return False
    every = given.get("everyMinutes", 5)
    if type(every) is not int or not 1 <= every <= _LONGEST_INTERVAL:
        return False
    return bool(given["time"] == _PLACEHOLDER or _is_near(given["time"]))


def _is_near(time: str) -> bool:
    try:
        at = datetime.fromisoformat(time.upper())
    except ValueError:
        return False
    return at.tzinfo is not None and -_DAY <= at.timestamp() - NOW / 1000 <= _EARLY


_times = st.integers(-_DAY, _EARLY).map(lambda seconds: f"{iso(NOW + seconds * 1000)[:-5]}Z")
_valid = st.fixed_dictionaries(
    {"time": _times | st.just(_PLACEHOLDER)},
    optional={"idleSeconds": st.integers(0, _DAY), "everyMinutes": st.integers(1, 1_440), "x": odd_texts},
)
_ISO: Final = [
    *(
        "2026-11-23T05:00:00Z",
        "2026-11-23T05:00:00z",
        "2026-11-23T05:00:00",
        "2026-11-23",
        "0001-01-01T00:00:00Z",
    ),
    *(
        "9999-12-31T23:59:59Z",
        "2026-11-23T05:00:00+14:00",
        "0001-01-01T00:00:00+23:59",
        "2026-02-30T00:00:00Z",
    ),
    *("9999-12-31T23:59:59-23:59", "2026-11-23T24:00:00Z", "2026-11-23 05:00:00Z", "2026-11-23T05:00:60Z"),
    *(
        "1969-12-31T23:59:59Z",
        "2026-11-23T05:00:00.123456789Z",
        "\uff12026-11-23T05:00:00Z",
        f"{_PLACEHOLDER} ",
    ),
]
_inputs = st.one_of(
    st.builds(partial(Input, "valid"), _valid),
    st.builds(partial(Input, "bent"), bent(_valid)),
    st.builds(
        lambda time, idle: Input("bent", {"time": time, "idleSeconds": idle}),
        st.sampled_from(_ISO) | _times.map(lambda time: time.replace("0", "9", 1)),
        st.integers(-1, _DAY + 1),
    ),
)


def _corpus() -> Iterator[tuple[str, Input]]:
    for time in _ISO:
        yield "a time", Input("bent", {"time": time})
    for value in ODD_VALUES:
        yield "no input", Input("bent", value)
        yield "an odd time", Input("bent", {"time": value})
        yield "an odd idleness", Input("bent", {"time": _ISO[0], "idleSeconds": value})


@contextmanager
def _judging() -> Iterator[Judge]:
    yield judge


TARGET: Final = Target("sweeper", _inputs, _corpus, _judging)
