import pytest

from functions.aws.voice.engines.nova.failures import break_of
from functions.domain.voice.said import Failure


def error(name: str, message: str = "Somebody's words.") -> Exception:
    """Return an error of a class that has this name, as the SDK's have."""
    made: Exception = type(name, (Exception,), {})(message)
    return made


@pytest.mark.parametrize(
    ("name", "message", "failure"),
    [
        ("ThrottlingException", "", Failure.THROTTLED),
        ("ServiceQuotaExceededException", "", Failure.THROTTLED),
        ("ModelTimeoutException", "", Failure.TIMED_OUT),
        ("ModelStreamErrorException", "", Failure.UNAVAILABLE),
        ("InternalServerException", "", Failure.UNAVAILABLE),
        ("ServiceUnavailableException", "", Failure.UNAVAILABLE),
        ("ValidationException", "Try again. InternalErrorCode=531::RetryableError", Failure.UNAVAILABLE),
        ("ValidationException", "System instability detected", Failure.UNAVAILABLE),
        ("OSError", "Failed to read from stream.", Failure.UNAVAILABLE),
        ("AwsCrtError", "AWS_IO_SOCKET_CLOSED", Failure.UNAVAILABLE),
    ],
)
def test_what_passes_is_worth_another_stream(name: str, message: str, failure: Failure) -> None:
    why = break_of(error(name, message))

    assert (why.failure, why.passing) == (failure, True)


@pytest.mark.parametrize(
    ("name", "message", "failure"),
    [
        ("ValidationException", "Malformed input", Failure.REJECTED),
        ("AccessDeniedException", "No access to the model", Failure.MISCONFIGURED),
        ("ResourceNotFoundException", "No such model", Failure.MISCONFIGURED),
        ("SmithyIdentityError", "No credentials", Failure.MISCONFIGURED),
        ("CallError", "Unknown error for operation X - status: 403", Failure.MISCONFIGURED),
    ],
)
def test_what_does_not_pass_is_final(name: str, message: str, failure: Failure) -> None:
    why = break_of(error(name, message))

    assert (why.failure, why.passing) == (failure, False)


def test_only_what_is_misconfigured_is_quoted() -> None:
    assert break_of(error("ValidationException")).detail == "ValidationException"
    assert break_of(error("ModelStreamErrorException")).detail == "ModelStreamErrorException"
    assert "words" in break_of(error("AccessDeniedException")).detail
