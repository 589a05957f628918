"""How many connections of a user are open, as the authorizer counts them."""

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.aws.read_models.connections import Connections
from functions.domain.connections.idleness import due_since
from functions.domain.refusals import Unavailable
from tests.unit.aws.dynamodb import Client, failure
from tests.unit.operations.connections.connection_rows import (
    CLOSED,
    HOUR,
    LOST,
    MINUTE,
    NOW,
    TOLD_TO_GO,
    Table,
    row,
)

SINCE = NOW - 130 * MINUTE


def test_what_has_not_ended_is_counted_whatever_an_operator_said(table: Table) -> None:
    table.put(
        row("c-open"),
        row("c-told", operator=TOLD_TO_GO),
        row("c-closed", closed=CLOSED),
        row("c-lost", lost=LOST),
        row("c-other", user_id="bob"),
    )

    assert table.count_active("alice", since=SINCE, most=10) == 2
    assert table.count_active("bob", since=SINCE, most=10) == 1
    assert table.count_active("carol", since=SINCE, most=10) == 0


def test_what_no_connection_outlives_is_not_counted(table: Table) -> None:
    table.put(row("c-old", created_at=NOW - 3 * HOUR), row("c-edge", created_at=SINCE))

    assert table.count_active("alice", since=SINCE, most=10) == 1


def test_no_more_rows_are_read_than_are_counted(table: Table) -> None:
    for number in range(30):
        table.put(row(f"c-{number}", closed=CLOSED if number % 2 else None))

    assert table.count_active("alice", since=SINCE, most=10) == 10
    assert table.count_active("alice", since=SINCE, most=100) == 15


@pytest.mark.parametrize(
    "fault",
    [
        failure("ThrottlingException"),
        failure("ValidationException"),
        failure("ResourceNotFoundException"),
        failure("AccessDeniedException"),
        failure("InternalServerError", 500),
        ReadTimeoutError(endpoint_url="secret"),
    ],
)
def test_a_count_that_cannot_be_had_is_unavailable(fault: Exception) -> None:
    with pytest.raises(Unavailable) as caught:
        Connections(Client(fault), "connections").count_active("alice", since=SINCE, most=10)

    assert "secret" not in caught.value.problem


def test_a_list_whose_index_is_made_anew_is_a_fault_and_not_only_late() -> None:
    with pytest.raises(ClientError):
        list(Connections(Client(failure("ValidationException")), "connections").of_user("alice"))


@pytest.mark.parametrize(
    ("last_activity", "token_expires_at", "due"),
    [(NOW, None, NOW), (NOW, NOW // 1000 + 7_200, NOW), (NOW, NOW // 1000, NOW - HOUR), (NOW, 5, 0)],
)
def test_the_sweeps_order_is_activity_but_an_hour_before_the_expiry_at_the_latest(
    last_activity: int, token_expires_at: int | None, due: int
) -> None:
    assert due_since(last_activity, token_expires_at) == due
