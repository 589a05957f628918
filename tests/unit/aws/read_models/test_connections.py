"""When a list of connections cannot be had, and the order in which the sweeper finds them."""

import pytest
from botocore.exceptions import ClientError

from functions.aws.read_models.connections import Connections
from functions.domain.connections.idleness import due_since
from tests.unit.aws.dynamodb import Client, failure
from tests.unit.operations.connections.connection_rows import HOUR, NOW


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
