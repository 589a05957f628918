"""Tells MiniStack's IAM which partition key a request names, so that policies are narrowed by it, as on AWS.

MiniStack judges the conditions of a policy, but knows no ``dynamodb:LeadingKeys``: whatever is narrowed by it
would be denied. Here a request on one item says its key, and in a transaction each action says its own.
Queries and batches say none, so nothing that is narrowed by keys allows them.

`local/ministack_with_logs.py` runs it, in the emulator. It imports nothing of ours: see there.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-untyped]  # it has no stubs
from ministack.services import dynamodb  # type: ignore[import-untyped]

_KEY: Final = "dynamodb:LeadingKeys"
_context = iam_actions.dynamodb_service_context
_checks = iam_actions.dynamodb_transaction_checks
_enforce = iam_evaluator.enforce


class _ItemsTable(str):
    """The ARN of a table with what a transaction asks of one item: the emulator hands on nothing but that."""

    __slots__ = ("context",)
    context: dict[str, list[str]]


def install() -> None:
    """Put it in the place of what asks, which looks all three up for each request."""
    iam_actions.dynamodb_service_context = service_context
    iam_actions.dynamodb_transaction_checks = transaction_checks
    iam_evaluator.enforce = enforce


def service_context(body: bytes) -> dict[str, Any]:
    """Return what conditions may ask of a request, with the key of the one item that it names."""
    context: dict[str, Any] = _context(body)
    return {**context, **_keys(_parsed(body))}


def transaction_checks(action: str, body: bytes, region: str, account_id: str) -> list[tuple[str, str]]:
    """Return each action of a transaction with its table, which has the key of its item with it."""
    checks: list[tuple[str, str]] = []
    for item in _parsed(body).get("TransactItems") or []:
        for operation, asked in item.items():
            one = json.dumps({"TransactItems": [{operation: asked}]}).encode()
            for item_action, arn in _checks(action, one, region, account_id):
                table = _ItemsTable(arn)
                table.context = _keys(asked)
                checks.append((item_action, table))
    return checks


def enforce(
    access_key_id: str,
    action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: Mapping[str, Any] | None = None,
) -> Any:
    """Judge as the emulator does, an action of a transaction by the key of its own item."""
    context = dict(service_context or {})
    if isinstance(resource_arn, _ItemsTable):
        context |= resource_arn.context
    return _enforce(access_key_id, action, service, region, resource_arn, context)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _keys(asked: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the condition's key with the partition key of an item that is written or named."""
    name, item = asked.get("TableName"), asked.get("Item") or asked.get("Key")
    table = dynamodb._tables.get(str(name).rpartition("/")[2])  # noqa: SLF001  # without a request for each
    if table is None or not isinstance(item, dict):
        return {}
    return {_KEY: [str(value) for value in item.get(table["pk_name"], {}).values()]}
