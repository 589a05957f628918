"""What a client may say in the URL, and what is almost that."""

import pytest

from functions.domain.identity.query import misspelt


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("sessionid", "sessionId"),
        ("SESSIONID", "sessionId"),
        ("session_id", "sessionId"),
        ("session-id", "sessionId"),
        ("_session_Id-", "sessionId"),
        ("userid", "userId"),
        ("user_id", "userId"),
        ("TICKET", "ticket"),
        ("tick-et", "ticket"),
    ],
)
def test_a_name_that_is_almost_known_means_the_known_one(name: str, meant: str) -> None:
    assert misspelt(["page", name]) == meant


@pytest.mark.parametrize(
    "name", ["sessionId", "userId", "ticket", "session", "user", "id", "tickets", "", "_"]
)
def test_a_known_name_and_one_of_somebody_else_mean_no_other(name: str) -> None:
    assert misspelt([name]) is None


def test_a_known_name_does_not_excuse_a_misspelt_one_beside_it() -> None:
    assert misspelt(["sessionId", "session_id"]) == "sessionId"
