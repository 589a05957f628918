"""How events are published: by one signed request, and once more where that fails and may be repeated."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ReadTimeoutError

from functions.aws import clients
from functions.aws.events_api.publishing import Events
from functions.domain.refusals import Unavailable

HOST = "a1b2.appsync-api.us-east-1.amazonaws.com"
TAKEN = b'{"failed":[],"successful":[{"identifier":"one","index":0}]}'
REFUSED = b'{"failed":[{"identifier":"one","index":0,"code":429,"message":"slow"}],"successful":[]}'


class Http:
    """Answers what it was told, one after the other, and keeps what was asked."""

    def __init__(self, *answers: int | bytes | Exception) -> None:
        self.sent: list[Any] = []
        self._answers = list(answers)

    def send(self, request: Any) -> Any:
        self.sent.append(request)
        match self._answers.pop(0):
            case Exception() as failure:
                raise failure
            case bytes() as body:
                return SimpleNamespace(status_code=200, content=body)
            case status:
                return SimpleNamespace(status_code=status, content=b"{}")


def events(http: Http, endpoint: str | None = None) -> Events:
    return Events(http, Credentials("test", "test"), HOST, "us-east-1", endpoint)


def test_events_are_strings_of_json_in_one_signed_request() -> None:
    http = Http(TAKEN)

    events(http).publish("/voice/a/b", [b'{"type":"probe"}', "\u00e4".join('""').encode()])

    [request] = http.sent
    assert (request.method, request.url) == ("POST", f"https://{HOST}/event")
    asked = {"channel": "/voice/a/b", "events": ['{"type":"probe"}', '"\u00e4"']}
    assert json.loads(request.body) == asked
    assert "/us-east-1/appsync/aws4_request" in str(request.headers["Authorization"])


def test_an_emulator_is_told_by_the_signed_host_which_api_is_meant() -> None:
    http = Http(TAKEN)

    events(http, "http://127.0.0.1:9").publish("/voice/a/b", [b"1"])

    [request] = http.sent
    assert request.url == "http://127.0.0.1:9/event"
    assert request.headers["Host"] in {HOST, HOST.encode()}
    assert "SignedHeaders=content-type;host;x-amz-date" in str(request.headers["Authorization"])


@pytest.mark.parametrize("first", [ReadTimeoutError(endpoint_url=""), 403, 500])
def test_what_fails_once_is_tried_once_more(first: int | Exception) -> None:
    http = Http(first, TAKEN)

    events(http).publish("/voice/a/b", [b"1"])

    assert len(http.sent) == 2


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ([ReadTimeoutError(endpoint_url="")] * 2, "ReadTimeoutError"),
        ([401, 401], "401 of Publish"),
        ([REFUSED], "429 of Publish"),
    ],
)
def test_what_is_not_taken_is_told(answers: list[int | bytes | Exception], problem: str) -> None:
    with pytest.raises(Unavailable) as told:
        events(Http(*answers)).publish("/voice/a/b", [b"1"])

    assert told.value.problem == problem


def test_who_can_do_without_tries_once() -> None:
    http = Http(500, TAKEN)

    with pytest.raises(Unavailable):
        events(http).publish("/live/ops", [b"1"], once=True)

    assert len(http.sent) == 1


def test_the_clients_module_makes_one() -> None:
    made = clients.events("a.localhost", "us-east-1", "http://127.0.0.1:9")

    with pytest.raises(Unavailable):
        made.publish("/voice/a/b", [b"1"], once=True)
