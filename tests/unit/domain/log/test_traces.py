"""What is kept of the header of a trace."""

import pytest

from functions.domain.log.events import event
from functions.domain.log.facts import ConnectionClosed
from functions.domain.log.traces import began_at, is_root_id, root_of
from tests.gateway_events import cause

ROOT_ID = "1-69229a20-5bd2f1a63e07c4d812f09b7a"


@pytest.mark.parametrize(
    "header",
    [
        f"Root={ROOT_ID}",
        f"Root={ROOT_ID};Parent=53995c3f42cd8ad8;Sampled=1",
        f"Root={ROOT_ID};Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:0",
        f"Self=1-69229a21-000000000000000000000000; Root={ROOT_ID};Parent=53995c3f42cd8ad8",
    ],
)
def test_of_a_header_its_root_id_is_kept(header: str) -> None:
    assert root_of(header) == ROOT_ID


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Root=",
        "Root=1-2-3",
        f"Root={ROOT_ID}0",
        f"Root={ROOT_ID.upper()}",
        f"Root={ROOT_ID}\n",
        f"Roots={ROOT_ID}",
        f"NoRoot={ROOT_ID}",
        "Root=2-69229a20-5bd2f1a63e07c4d812f09b7a",
        f"Parent={ROOT_ID};Sampled=1",
        "Root=1-69229a20-<script>alert(document)</;Sampled=1",
    ],
)
def test_a_header_without_a_root_id_of_x_ray_gives_none(header: str | None) -> None:
    assert root_of(header) is None


def test_a_root_id_is_one_and_nothing_more() -> None:
    assert is_root_id(ROOT_ID)
    assert not any(map(is_root_id, ("", f"Root={ROOT_ID}", f"{ROOT_ID} ", f"{ROOT_ID}\n", "1-2-3")))


def test_a_root_id_says_when_its_trace_began() -> None:
    assert began_at(ROOT_ID) == 1_763_875_360_000


def test_the_trace_is_no_part_of_an_events_id() -> None:
    traced, untraced = (event(cause(trace_id=each), ConnectionClosed()) for each in (ROOT_ID, None))

    assert traced.event_id == untraced.event_id
