"""Claims are written by kind: whoever takes over a function writes none but those that it is for."""

import re
from collections.abc import Iterator
from typing import Any, Final

from policies.resources import Resource
from policies.rule import ResourceRule
from policies.rules.documents import Statement, statements

_TABLE: Final = re.compile(r".*:table/airium-websocket-claims(-[A-Za-z0-9_-]+)?(/.*)?")
_KEY: Final = "dynamodb:LeadingKeys"
_KIND: Final = re.compile(r"[a-z]+#\*")
"""The keys of one kind, such as ``ticket#*``."""


def _any_claim(resource: Resource) -> Iterator[str]:
    for statement in statements(resource):
        tables = [each for each in statement.resources if _TABLE.fullmatch(each)]
        if statement.allows and tables and not _is_narrowed(statement):
            yield f"allows {', '.join(statement.actions)} on claims of any kind"


def _is_narrowed(statement: Statement) -> bool:
    kinds = _of_key(statement, "ForAllValues:StringLike")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    # ForAllValues holds also where a request names no key at all
    names_a_key = _of_key(statement, "Null") == "false"
    return names_a_key and bool(kinds) and all(_KIND.fullmatch(str(each)) for each in kinds)


def _of_key(statement: Statement, operator: str) -> Any:
    condition = statement.conditions.get(operator)
    return condition.get(_KEY) if isinstance(condition, dict) else None


RULES = (ResourceRule("claims-by-kind", "A policy allows claims of kinds that it names.", _any_claim),)
