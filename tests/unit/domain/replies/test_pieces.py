"""The words that go into the log and to clients: what is there already cannot be told otherwise."""

from functions.domain.replies.pieces import Failure, StopReason


def test_reasons_to_stop_are_those_that_clients_know() -> None:
    assert {each.value for each in StopReason} == {
        "end_turn",
        "max_tokens",
        "guardrail",
        "refused",
        "cancelled",
        "deadline",
    }


def test_reasons_of_a_failure_are_those_that_the_log_holds() -> None:
    assert {each.value for each in Failure} == {
        "throttled",
        "unavailable",
        "timed_out",
        "interrupted",
        "malformed",
        "empty",
        "refused",
        "guardrail",
        "too_long",
        "blank",
        "rejected",
        "misconfigured",
        "deadline",
        "abandoned",
    }
