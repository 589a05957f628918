"""How a function is invoked: by one signed request, and once more where nobody answered."""

import socket
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ReadTimeoutError

from functions.aws import clients
from functions.aws.invoking import Invoker
from functions.domain.feeds.deliveries import Deliver, sent_again
from functions.domain.log.ids import event_id
from functions.domain.refusals import Unavailable
from functions.operations.feeds.announcing import announcing

URL = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/feed/invocations"


class Http:
    """Answers what it was told, one after the other, and keeps what was asked."""

    def __init__(self, *answers: int | Exception) -> None:
        self.sent: list[Any] = []
        self._answers = list(answers)

    def send(self, request: Any) -> Any:
        self.sent.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(status_code=answer)


def invoker(http: Http) -> Invoker:
    return Invoker(http, Credentials("test", "test"), URL, "us-east-1")


def test_an_invocation_is_asynchronous_and_signed_for_lambda() -> None:
    http = Http(202)

    invoker(http).invoke(b"{}")

    [request] = http.sent
    assert (request.method, request.url, request.body) == ("POST", URL, b"{}")
    assert request.headers["X-Amz-Invocation-Type"] in {"Event", b"Event"}
    assert "/us-east-1/lambda/aws4_request" in str(request.headers["Authorization"])


@pytest.mark.parametrize("first", [ReadTimeoutError(endpoint_url=""), 429, 500])
def test_what_fails_once_is_tried_once_more(first: int | Exception) -> None:
    http = Http(first, 202)

    invoker(http).invoke(b"{}")

    assert len(http.sent) == 2


def test_what_nobody_answered_is_announced_as_an_invocation_of_its_own() -> None:
    """The first may have been taken all the same, and be running: the second is kept out by its lease."""
    http = Http(ReadTimeoutError(endpoint_url=""), 202)
    asked = Deliver("c-1", event_id(0, "one"), "m-1", "request-1")

    announcing(invoker(http))(asked)

    first, second = (msgspec.json.decode(request.body, type=Deliver) for request in http.sent)
    assert first == asked
    assert second == msgspec.structs.replace(asked, invocation="request-1#2")


def test_what_names_no_invocation_is_one_by_lambdas_own_id() -> None:
    asked = Deliver("c-1", event_id(0, "one"))

    assert sent_again(asked) == asked


@pytest.mark.parametrize(
    ("answer", "problem"),
    [(ReadTimeoutError(endpoint_url=""), "ReadTimeoutError"), (403, "403 of Invoke"), (200, "200 of Invoke")],
)
def test_what_fails_twice_is_told(answer: int | Exception, problem: str) -> None:
    http = Http(answer, answer)

    with pytest.raises(Unavailable) as told:
        invoker(http).invoke(b"{}")

    assert told.value.problem == problem
    assert len(http.sent) == 2


def test_a_function_is_invoked_where_its_name_says() -> None:
    made = clients.invoker("http://127.0.0.1:9", "feed", "us-east-1")

    with pytest.raises(Unavailable):
        made.invoke(b"{}")


def test_a_body_does_not_wait_until_its_headers_are_acknowledged() -> None:
    """Which the far end may put off for 40 ms; botocore's own clients do not wait either."""
    made = clients.invoker("http://127.0.0.1:9", "feed", "us-east-1")

    options = made._requests._http._socket_options  # noqa: SLF001 - it goes into a socket, and nowhere else

    assert options == clients.dynamodb(region_name="us-east-1")._endpoint.http_session._socket_options  # noqa: SLF001 - likewise
    assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) in options
