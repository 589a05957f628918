import re
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from local.answers import if_there, ignoring, until_answered
from local.stackfile import ROOT

LOST = ConnectionClosedError(endpoint_url="http://127.0.0.1:1")


def refused(code, status=400):
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "CreateThing")


def ensuring(*errors):
    """Something that fails so often, and then gives what it was told each time."""
    told = []
    left = list(errors)

    def ensure(lost):
        told.append(lost)
        if left:
            raise left.pop(0)
        return told

    return SimpleNamespace(ensure=ensure, told=told)


@pytest.mark.parametrize(
    "lost", [LOST, ReadTimeoutError(endpoint_url="http://127.0.0.1:1"), refused("InternalFailure", 500)]
)
def test_what_lost_an_answer_is_ensured_again_and_told_so(lost):
    assert until_answered(ensuring(lost).ensure) == [False, True]


def test_what_is_there_already_was_made_by_the_request_whose_answer_was_lost():
    assert until_answered(ensuring(LOST, refused("ConflictException")).ensure) == [False, True, True]


def test_what_is_there_already_is_an_error_where_no_answer_was_lost():
    work = ensuring(refused("ConflictException"))

    with pytest.raises(ClientError):
        until_answered(work.ensure)

    assert work.told == [False]


def test_another_refusal_is_an_error_also_after_a_lost_answer():
    work = ensuring(LOST, refused("ValidationException"))

    with pytest.raises(ClientError, match="ValidationException"):
        until_answered(work.ensure)


def test_what_loses_every_answer_is_given_up():
    work = ensuring(*[LOST] * 9)

    with pytest.raises(ConnectionClosedError):
        until_answered(work.ensure)

    assert len(work.told) == 4


def test_errors_are_told_by_their_codes():
    def ask(**members):
        raise refused(members["code"])

    with ignoring("NotFoundException"):
        ask(code="NotFoundException")
    assert if_there(ask, "NotFoundException", code="NotFoundException") is None
    with pytest.raises(ClientError):
        if_there(ask, "NotFoundException", code="AccessDenied")


def test_nothing_relies_on_the_classes_that_a_client_makes():
    made = re.compile(r"(?<!botocore)(?<!websockets)\.exceptions\.[A-Z]")
    rooms = ("benchmarks", "functions", "infra", "local", "ops", "tests")

    relying = [
        path for room in rooms for path in (ROOT / room).rglob("*.py") if made.search(path.read_text())
    ]

    assert relying == []
