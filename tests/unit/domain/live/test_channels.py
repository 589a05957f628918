"""Who may read which channel of changes."""

import pytest

from functions.domain.identity.identity import Identity
from functions.domain.live.channels import OPERATORS, channel_of, may_read

BOB = Identity("bob", 2**33)
GRACE = Identity("grace", 2**33, ("writers", "operators"))
OWN = channel_of("bob")


def test_a_channel_is_named_by_segments_that_the_service_takes() -> None:
    _, namespace, kind, user = channel_of("who|ever@example.com").split("/")

    assert (namespace, kind, len(user), user.isalnum()) == ("live", "u", 40, True)


@pytest.mark.parametrize("channel", [OWN, OWN.removeprefix("/")])
def test_a_user_reads_their_own(channel: str) -> None:
    assert may_read(channel, BOB, "operators")


@pytest.mark.parametrize(
    "channel",
    [
        channel_of("bobby"),
        "/live/u/bob",
        f"{OWN}b",
        f"{OWN}/",
        f"{OWN}/x",
        f"/{OWN}",
        OWN[:-1],
        "/live/u/*",
        "/live/*",
        "/*",
        "",
        OPERATORS,
    ],
)
def test_a_user_reads_nothing_else(channel: str) -> None:
    assert not may_read(channel, BOB, "operators")


def test_operators_read_what_is_for_them_and_their_own() -> None:
    assert may_read(OPERATORS, GRACE, "operators")
    assert may_read(channel_of("grace"), GRACE, "operators")


@pytest.mark.parametrize(
    ("channel", "group"), [(OWN, "operators"), ("/live/ops/x", "operators"), (OPERATORS, "operator")]
)
def test_operators_read_nobody_elses_and_only_as_members_of_that_group(channel: str, group: str) -> None:
    assert not may_read(channel, GRACE, group)
