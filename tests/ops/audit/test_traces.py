"""Which texts name a trace, and when its events arrived."""

import pytest

from ops.audit.traces import TraceError, span, trace_id

ROOT_ID = "1-69229a20-5bd2f1a63e07c4d812f09b7a"
BEGAN = 1_763_875_360_000


@pytest.mark.parametrize(
    "text", [ROOT_ID, f"Root={ROOT_ID}", f"Root={ROOT_ID};Parent=53995c3f42cd8ad8;Sampled=1"]
)
def test_a_trace_is_named_by_its_root_id_or_its_whole_header(text: str) -> None:
    assert trace_id(text) == ROOT_ID


@pytest.mark.parametrize(
    "text", ["", "1-2-3", ROOT_ID.upper(), f"{ROOT_ID}\n", f" {ROOT_ID}", "Parent=53995c3f42cd8ad8"]
)
def test_what_names_no_trace_is_told_what_does(text: str) -> None:
    with pytest.raises(
        TraceError, match="is not the id of a trace: write for example 1-69229a20-5bd2f1a63e07"
    ):
        trace_id(text)


def test_the_events_of_a_trace_arrive_within_the_hour_after_it_began() -> None:
    assert span(ROOT_ID) == (BEGAN - 60_000, BEGAN + 3_600_000)


def test_no_trace_is_looked_for_before_the_first_day() -> None:
    assert span("1-00000000-5bd2f1a63e07c4d812f09b7a") == (0, 3_600_000)
