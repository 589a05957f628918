import pytest

from policies.resources import UNKNOWN, Resource
from tests.policies.judging import TABLE, breaches

BY_ENGINE = "is not protected by the engine, which deletes before it replaces"
BY_DYNAMODB = "does not refuse to be deleted"


def table(*, engine: bool = False, dynamodb: object = False, stays: bool = False) -> Resource:
    return Resource(TABLE, {"deletionProtectionEnabled": dynamodb}, protected=engine, stays=stays)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ([table(stays=True)], [BY_ENGINE, BY_DYNAMODB]),
        ([table(engine=True)], [BY_DYNAMODB]),
        ([table(dynamodb=True)], [BY_ENGINE]),
        ([table(engine=True, dynamodb=True), table()], [BY_ENGINE, BY_DYNAMODB]),
    ],
)
def test_a_table_that_would_go_is_reported(tables: list[Resource], said: list[str]) -> None:
    assert breaches("protected-tables-stay", *tables) == said


@pytest.mark.parametrize(
    "tables",
    [
        [table(engine=True, dynamodb=True, stays=True)],
        [table(engine=True, dynamodb=UNKNOWN)],
        [table(), table()],
        [],
    ],
)
def test_tables_that_stay_or_may_go_are_not_reported(tables: list[Resource]) -> None:
    assert breaches("protected-tables-stay", *tables) == []
