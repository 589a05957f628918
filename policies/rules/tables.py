"""Tables stay where the stack asks for it: by the engine's protection and by DynamoDB's own, all of them."""

from collections.abc import Iterator, Sequence
from typing import Final

from policies.resources import Resource
from policies.rule import StackRule

TABLE: Final = "aws:dynamodb/table:Table"


def _unprotected(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    tables = [each for each in resources if each.type == TABLE]
    # one protected table tells as well as the setting that the stack asks for it
    if not any(each.stays or each.protected or _refuses(each) for each in tables):
        return
    for table in tables:
        if not table.protected:
            yield table, "is not protected by the engine, which deletes before it replaces"
        if not _refuses(table):
            yield table, "does not refuse to be deleted"


def _refuses(table: Resource) -> bool:
    return bool(table.properties.get("deletionProtectionEnabled"))


RULES = (
    StackRule(
        "protected-tables-stay", "Where a stack protects its tables, it protects all, twice.", _unprotected
    ),
)
