"""The cause of what the manager and the sweeper append."""

import pytest

from functions.aws.read_models.connection_items import ConnectionInfo
from functions.operations.connections.invocation import Invocation
from tests.gateway_events import CONNECTED_AT

DAY = 86_400
INVOCATION = Invocation("r-1", CONNECTED_AT + 1, 15 * DAY, lambda: 60_000)


@pytest.mark.parametrize(("expires_at", "days"), [(CONNECTED_AT // 1000 + 90 * DAY, 90), (None, 15)])
def test_events_expire_with_the_row_or_else_as_the_setting_says(expires_at: int | None, days: int) -> None:
    connection = ConnectionInfo(
        "c-1", "alice", "CONNECTED", CONNECTED_AT, CONNECTED_AT, expires_at=expires_at
    )

    assert INVOCATION.cause(connection).expires_at == CONNECTED_AT // 1000 + days * DAY
