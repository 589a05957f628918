"""What callbacks ask of the gateway, and what they make of the answers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.aws.gateway.callbacks import BusyError, Callbacks, GoneError, Posted, UnknownConnectionError
from functions.domain.refusals import Unavailable


class Client:
    """A management client that records calls and answers always the same."""

    def __init__(self, answer: dict[str, Any] | BaseException | None = None) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answer = answer or {}

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> dict[str, Any]:
            self.calls.append((operation, arguments))
            if isinstance(self._answer, BaseException):
                raise self._answer
            return self._answer

        return call


def failure(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]  # the rest of the metadata is never read
        "PostToConnection",
    )


GONE = failure("GoneException", 410)
MALFORMED = failure("BadRequestException", 400)
BUSY = failure("LimitExceededException", 429)
FORBIDDEN = failure("ForbiddenException", 403)
BROKEN = failure("InternalServerError", 500)
LATE = ReadTimeoutError(endpoint_url="")


def test_a_frame_is_posted_to_its_connection() -> None:
    client = Client()

    assert Callbacks(lambda: client).post("c-1", b"{}") is Posted.DELIVERED

    assert client.calls == [("post_to_connection", {"ConnectionId": "c-1", "Data": b"{}"})]


@pytest.mark.parametrize(
    ("fault", "posted"), [(GONE, Posted.GONE), (MALFORMED, Posted.UNKNOWN), (BUSY, Posted.BUSY)]
)
def test_what_became_of_a_post_is_an_outcome(fault: ClientError, posted: Posted) -> None:
    assert Callbacks(lambda: Client(fault)).post("c-1", b"{}") is posted


@pytest.mark.parametrize("fault", [failure("LimitExceededException", 402), failure("Throttled", 429)])
def test_patience_is_asked_for_by_the_code_or_by_the_status_alone(fault: ClientError) -> None:
    assert Callbacks(lambda: Client(fault)).post("c-1", b"{}") is Posted.BUSY


@pytest.mark.parametrize("fault", [BROKEN, LATE])
def test_a_gateway_that_does_not_answer_is_unavailable(fault: Exception) -> None:
    with pytest.raises(Unavailable):
        Callbacks(lambda: Client(fault)).post("c-1", b"{}")


def test_a_permission_that_lacks_is_raised() -> None:
    with pytest.raises(ClientError):
        Callbacks(lambda: Client(FORBIDDEN)).post("c-1", b"{}")


def test_the_gateway_tells_when_it_last_saw_a_connection() -> None:
    client = Client({"LastActiveAt": datetime(2026, 11, 23, 5, 12, 0, 123_000, UTC)})

    assert Callbacks(lambda: client).last_active_at("c-1") == 1_795_410_720_123

    assert client.calls == [("get_connection", {"ConnectionId": "c-1"})]


def test_a_connection_is_closed_at_the_gateway() -> None:
    client = Client()

    Callbacks(lambda: client).close("c-1")

    assert client.calls == [("delete_connection", {"ConnectionId": "c-1"})]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (GONE, GoneError),
        (MALFORMED, UnknownConnectionError),
        (BUSY, BusyError),
        (BROKEN, Unavailable),
        (LATE, Unavailable),
        (FORBIDDEN, ClientError),
    ],
)
def test_looking_and_closing_raise_what_is_wrong(fault: Exception, error: type[Exception]) -> None:
    callbacks = Callbacks(lambda: Client(fault))

    with pytest.raises(error):
        callbacks.last_active_at("c-1")
    with pytest.raises(error):
        callbacks.close("c-1")


def test_the_client_is_made_once_and_only_when_it_is_needed() -> None:
    made: list[Client] = []

    def make() -> Client:
        made.append(Client())
        return made[-1]

    callbacks = Callbacks(make)
    assert made == []

    callbacks.post("c-1", b"{}")
    callbacks.post("c-1", b"{}")

    assert len(made) == 1
