"""Stored facts: of this release, of older ones, and of ones to come."""

from typing import Any

import pytest

from functions.domain.log.facts import ConnectionClosed, TextMessageReceived, Unrecognised
from functions.domain.log.versions import Data, read


def test_a_fact_of_this_release_is_read() -> None:
    assert read("ConnectionClosed", 1, {"code": 1000}) == ConnectionClosed(1000)


def test_fields_of_a_newer_release_are_ignored() -> None:
    assert read("ConnectionClosed", 1, {"code": 1000, "more": True}) == ConnectionClosed(1000)


def test_an_unknown_type_is_unrecognised() -> None:
    assert read("Teleported", 1, {}) == Unrecognised("Teleported", 1, "an unknown type")


@pytest.mark.parametrize("version", [2, 0, -1])
def test_a_version_that_is_not_known_is_unrecognised(version: int) -> None:
    assert read("ConnectionClosed", version, {"code": 1000}) == Unrecognised(
        "ConnectionClosed", version, "an unknown version, the newest known is 1"
    )


@pytest.mark.parametrize("data", [{}, {"text": 7}, {"text": None}])
def test_unreadable_data_is_unrecognised(data: Data) -> None:
    fact = read("TextMessageReceived", 1, data)

    assert isinstance(fact, Unrecognised)
    assert (fact.type, fact.version) == ("TextMessageReceived", 1)
    assert fact.problem.startswith("unreadable data: ")


def _renamed(data: Data) -> Data:
    return {"words": data["content"]}


def _renamed_again(data: Data) -> Data:
    return {"text": data["words"].strip()}


UPCASTS = {("TextMessageReceived", 1): _renamed, ("TextMessageReceived", 2): _renamed_again}


@pytest.mark.parametrize(
    ("version", "data"), [(1, {"content": " hi "}), (2, {"words": " hi "}), (3, {"text": "hi"})]
)
def test_an_older_version_is_cast_up_step_by_step(version: int, data: Data) -> None:
    fact = read("TextMessageReceived", version, data, upcasts=UPCASTS, versions={"TextMessageReceived": 3})

    assert fact == TextMessageReceived("hi")


def test_a_missing_step_is_unrecognised() -> None:
    fact = read("TextMessageReceived", 1, {"content": "hi"}, versions={"TextMessageReceived": 2})

    assert isinstance(fact, Unrecognised)


@pytest.mark.parametrize("data", [{}, {"content": 7}, {"content": None}])
def test_data_that_an_upcast_stumbles_over_is_unrecognised(data: dict[str, Any]) -> None:
    fact = read("TextMessageReceived", 1, data, upcasts=UPCASTS, versions={"TextMessageReceived": 3})

    assert isinstance(fact, Unrecognised)
    assert fact.problem.startswith("unreadable data: ")
