"""What DynamoDB would charge for the requests that a client makes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

_KILOBYTE: Final = 1024
_READ_UNIT: Final = 4 * _KILOBYTE
_TRANSACTION: Final = 2
"""A transaction prepares and commits each of its items (DynamoDB developer guide, "Capacity management for
transactions")."""


def size_of(item: dict[str, Any]) -> int:
    """Return the bytes of an item, as DynamoDB counts them (developer guide, "Item sizes and formats")."""
    return sum(len(name.encode()) + _size(attribute) for name, attribute in item.items())


def _size(attribute: dict[str, Any]) -> int:
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return (len(value.lstrip("-")) + 1) // 2 + 1
        case "BOOL":
            return 1
        case "M":
            return 3 + len(value) + size_of(value)
        case _:
            msg = f"no size for attributes of the type {kind}"
            raise ValueError(msg)


@dataclass
class Spent:
    """What was asked of DynamoDB: operations in their order, and the write units of the tables themselves.

    Write units of indexes come on top: an event is in two that hold it whole, so an append is three times its
    base units.
    """

    operations: list[str] = field(default_factory=list)
    write_units: int = 0
    read_units: float = 0
    """Of consistent reads; a page of small items is one unit for each 4 KB of it."""

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return len(self.operations)


@contextmanager
def spending(client: Any) -> Iterator[Spent]:
    """Count what a client asks for, refused or not, but not what botocore repeats by itself."""
    spent = Spent()

    def count(model: Any, params: dict[str, Any], **_: Any) -> None:
        spent.operations.append(model.name)
        spent.write_units += _write_units(model.name, json.loads(params["body"]))

    def read(model: Any, parsed: dict[str, Any], **_: Any) -> None:
        spent.read_units += _read_units(model.name, parsed)

    client.meta.events.register("before-call.dynamodb", count, unique_id="spending")
    client.meta.events.register("after-call.dynamodb", read, unique_id="spending-reads")
    try:
        yield spent
    finally:
        client.meta.events.unregister("after-call.dynamodb", unique_id="spending-reads")
        client.meta.events.unregister("before-call.dynamodb", unique_id="spending")


def _write_units(operation: str, request: dict[str, Any]) -> int:
    match operation:
        case "PutItem":
            return _units(request["Item"])
        case "TransactWriteItems":
            return _TRANSACTION * sum(map(_action_units, request["TransactItems"]))
        case "BatchWriteItem":
            return sum(map(_request_units, *request["RequestItems"].values()))
        case "UpdateItem" | "DeleteItem":
            return 1  # of counters and claims, far below a kilobyte
        case "BatchGetItem" | "GetItem" | "Query" | "Scan":
            return 0
        case _:
            msg = f"no write units for {operation}"
            raise ValueError(msg)


def _request_units(request: dict[str, Any]) -> int:
    return _units(request["PutRequest"]["Item"]) if "PutRequest" in request else 1


def _read_units(operation: str, answer: dict[str, Any]) -> int:
    """Return what a consistent read costs: of a query, all items of a page together; else each by itself."""
    match operation:
        case "Query":
            return max(1, -(-sum(map(size_of, answer["Items"])) // _READ_UNIT))
        case "BatchGetItem":
            items = [item for found in answer["Responses"].values() for item in found]
            return sum(-(-size_of(item) // _READ_UNIT) for item in items)
        case _:
            return 0


def _action_units(action: dict[str, Any]) -> int:
    ((kind, parameters),) = action.items()
    # updates and deletions are of counters and claims, all of them far below a kilobyte
    return _units(parameters["Item"]) if kind == "Put" else 1


def _units(item: dict[str, Any]) -> int:
    return -(-size_of(item) // _KILOBYTE)
