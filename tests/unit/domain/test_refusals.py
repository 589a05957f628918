"""Refusals: what the client is told, and what the log."""

from functions.domain.refusals import Refused, Unavailable


def test_a_refusal_is_told_by_its_code_and_message() -> None:
    refused = Refused("rate_limited", "Slow.", retry_after=3, voice_session_id="01")

    assert str(refused) == "rate_limited: Slow."
    assert (refused.code, refused.message) == ("rate_limited", "Slow.")
    assert (refused.retry_after, refused.voice_session_id) == (3, "01")


def test_a_problem_of_the_log_is_for_the_log_alone() -> None:
    unavailable = Unavailable("ThrottlingException of PutItem")

    assert unavailable.problem == "ThrottlingException of PutItem"
    assert (unavailable.code, unavailable.retry_after) == ("unavailable", 1)
    assert str(unavailable) == "unavailable: The request could not be recorded. Try again."
