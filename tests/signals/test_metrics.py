"""Each metric filter selects the real lines of its handler, and adds what they say."""

from typing import Final

import pytest

from tests.signals.alarms import Published, counting, published, written
from tests.signals.faults import Breakage
from tests.signals.scenes import SCENES, WORDS
from tests.signals.ways import WAYS

LEVEL: Final = "INFO"
"""The highest level that a stack with monitoring may choose."""
FAULTS: Final = frozenset({"connections-uncounted", "connects-refused"})
"""Counts of the alarms that are tried with them; so are those that end with ``-faults``."""


def refused(code: str) -> list[Published]:
    return [Published("frames-refused", 1), Published("frames-refused-by-code", 1, code)]


def denied(reason: str) -> list[Published]:
    return [Published("handshakes-denied", 1, reason)]


PUBLISHED: Final[dict[tuple[str, str], list[Published]]] = {
    ("message", "a text"): [],
    ("message", "speech"): [],
    ("message", "a text that is too long"): refused("too_large"),
    ("message", "a text of another type"): refused("unknown_type"),
    ("message", "a text in broken JSON"): refused("invalid_json"),
    ("message", "a text that is no text"): refused("invalid_message"),
    ("message", "speech ahead of its time"): refused("rate_limited"),
    ("message", "speech ahead of its time of who is gone"): [
        *refused("rate_limited"),
        Published("gone", 1),
    ],
    ("feed", "a text"): [],
    ("feed", "what was missed"): [],
    ("feed", "a text to who is gone"): [Published("gone", 1)],
    ("feed", "a frame that is refused"): [Published("frames-refused-by-code", 1, "invalid_message")],
    ("responder", "a text"): [],
    ("responder", "a text to who is gone"): [Published("gone", 1)],
    ("lifecycle", "an opening"): [],
    ("lifecycle", "an end"): [],
    ("lifecycle", "a frame that names its route"): [
        Published("frames-refused-by-code", 1, "invalid_message")
    ],
    ("lifecycle", "a frame that names its route of who is gone"): [
        Published("frames-refused-by-code", 1, "invalid_message"),
        Published("gone", 1),
    ],
    ("authorizer", "nothing"): denied("no_credentials"),
    ("authorizer", "an unknown ticket"): denied("unknown_ticket"),
    ("authorizer", "a name"): [],
    ("authorizer", "no name"): denied("malformed_user_id"),
    ("connection-manager", "a push"): [],
    ("connection-manager", "a push to who is gone"): [Published("gone", 2)],
    ("connection-manager", "a push that is refused"): [],
    ("connection-manager", "a list"): [],
    ("sweeper", "all alive"): [],
    ("sweeper", "one gone"): [Published("gone", 1)],
    ("projector", "a batch"): [
        Published("closed", 1),
        Published("lost", 1),
        Published("opened", 2),
        Published("projection-lag", 1_500),
        Published("replies", 1),
        Published("texts", 1),
        Published("turns", 1),
        Published("voice-seconds", 7),
        Published("voice-sessions", 1),
    ],
    ("archiver", "an hour"): [Published("archived", 9)],
    ("archiver", "an hour without time"): [Published("archive-behind", 2)],
}
"""What comes of scenes, those first in which nothing is wrong."""


@pytest.mark.parametrize(("function", "scene"), PUBLISHED)
def test_what_happens_is_published_as_its_line_says(function: str, scene: str) -> None:
    with written(LEVEL) as lines:
        SCENES[function, scene]()

    assert sorted(published(function, lines)) == PUBLISHED[function, scene]


def test_every_filter_selects_a_real_line() -> None:
    selected = {(function, each.metric) for (function, _), all_ in PUBLISHED.items() for each in all_}

    functions = {way.function for way in WAYS.values()}
    filters = {
        (function, each["name"].removeprefix("airium-websocket-"))
        for function in functions
        for each in counting(function)
    }
    tried = {(function, what) for function, what in filters if what.endswith("-faults") or what in FAULTS}
    assert filters - tried == selected


@pytest.mark.parametrize("way", [way for way in WAYS if WAYS[way].function == "authorizer"])
def test_who_is_denied_by_a_fault_of_ours_is_counted_too(way: str) -> None:
    with written(LEVEL) as lines:
        WAYS[way].go(Breakage.THROTTLED)

    counted = [each for each in published("authorizer", lines) if each.metric == "handshakes-denied"]
    # the count fails open: nobody is denied
    assert len(counted) == (0 if "count" in way else 1)


def test_no_dimension_is_what_a_client_says() -> None:
    """What a client chooses has any number of values, and each would be a metric with a price."""
    with written(LEVEL) as lines:
        SCENES["message", "a type that is a text"]()
        SCENES["message", "speech in a session that is a text"]()

    assert [each.by for each in published("message", lines) if each.by] == ["unknown_type", "invalid_message"]
    assert WORDS not in str(published("message", lines))
