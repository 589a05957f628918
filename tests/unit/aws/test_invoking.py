"""How a function is invoked: by one signed request, and once more where nobody answered."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ReadTimeoutError

from functions.aws import clients
from functions.aws.invoking import Invoker
from functions.domain.refusals import Unavailable

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
