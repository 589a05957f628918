"""What errors mean."""

from typing import Any

from botocore.exceptions import ClientError

from functions.aws.faults import cancellation, code_of, is_contended, is_transient, status_of


def test_an_error_may_say_nothing_of_itself() -> None:
    error = ClientError({}, "PutItem")

    assert (code_of(error), status_of(error), cancellation(error)) == ("", 0, [])
    assert not is_transient(error)
    assert not is_contended(error)


def test_a_cancellation_without_a_reason_does_not_pass() -> None:
    error = ClientError({"Error": {"Code": "TransactionCanceledException"}}, "T")

    assert not is_transient(error)
    assert not is_contended(error)


def test_an_action_without_a_code_is_none_of_the_reasons() -> None:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{}, {"Code": "TransactionConflict"}],
    }

    assert is_transient(ClientError(response, "TransactWriteItems"))
    assert is_contended(ClientError(response, "TransactWriteItems"))


def test_a_conflict_without_a_transaction_is_one_too() -> None:
    assert is_contended(ClientError({"Error": {"Code": "TransactionConflictException"}}, "PutItem"))


def test_a_server_error_passes_and_a_client_error_does_not() -> None:
    for status, passes in ((499, False), (500, True), (503, True)):
        response = {"ResponseMetadata": {"HTTPStatusCode": status}}
        assert is_transient(ClientError(response, "PutItem")) is passes  # type: ignore[arg-type]  # the rest is never read
