"""How a message gets into a queue: by one signed request, and once more where nobody answered."""

import json

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ReadTimeoutError

from functions.aws import clients
from functions.aws.queueing import Queue
from functions.domain.refusals import Unavailable
from tests.unit.aws.test_invoking import Http

URL = "https://sqs.us-east-1.amazonaws.com/123456789012/deliveries"


def queue(http: Http) -> Queue:
    return Queue(http, Credentials("test", "test"), URL, "us-east-1")


def test_a_message_is_sent_to_the_service_and_signed_for_it() -> None:
    http = Http(200)

    queue(http).put("what \u00e4", 5)

    [request] = http.sent
    assert (request.method, request.url) == ("POST", "https://sqs.us-east-1.amazonaws.com/")
    asked = {"QueueUrl": URL, "MessageBody": "what \u00e4", "DelaySeconds": 5}
    assert json.loads(request.body) == asked
    assert request.headers["X-Amz-Target"] in {"AmazonSQS.SendMessage", b"AmazonSQS.SendMessage"}
    assert "/us-east-1/sqs/aws4_request" in str(request.headers["Authorization"])


@pytest.mark.parametrize("first", [ReadTimeoutError(endpoint_url=""), 403, 500])
def test_what_fails_once_is_tried_once_more(first: int | Exception) -> None:
    http = Http(first, 200)

    queue(http).put("{}")

    assert len(http.sent) == 2


@pytest.mark.parametrize(
    ("answer", "problem"),
    [(ReadTimeoutError(endpoint_url=""), "ReadTimeoutError"), (400, "400 of SendMessage")],
)
def test_what_fails_twice_is_told(answer: int | Exception, problem: str) -> None:
    http = Http(answer, answer)

    with pytest.raises(Unavailable) as told:
        queue(http).put("{}")

    assert told.value.problem == problem


def test_the_clients_module_makes_one() -> None:
    assert isinstance(clients.queue(URL, "us-east-1"), Queue)
