"""DynamoDB attribute values from and to plain values.

Decoding dominates the projector, and boto3's ``TypeDeserializer`` dispatches by name and makes a
``Decimal`` of every number. All numbers of this project are integers.
"""

from typing import Any

Attribute = dict[str, Any]
"""One attribute value as DynamoDB and its stream write it, ``{"S": "text"}``."""

Item = dict[str, Attribute]
"""One item, as the client takes and gives it."""


def to_attribute(value: Any) -> Attribute:
    """Return the attribute value of a plain value; members that are None are left out of maps."""
    match value:
        case str():
            return {"S": value}
        case bool():  # before int: a bool is one
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case dict():
            return {"M": to_item(value)}
        case _:
            msg = f"no attribute type for {type(value).__name__}"
            raise TypeError(msg)


def to_item(values: dict[str, Any]) -> Item:
    """Return the item of plain values; those that are None are left out."""
    return {name: to_attribute(value) for name, value in values.items() if value is not None}


def from_attribute(attribute: Attribute) -> Any:
    """Return the plain value of an attribute value.

    Raises
    ------
    ValueError
        If it is of a type that this project does not write, or not a number where it says so.
    """
    if "S" in attribute:
        return attribute["S"]
    if "N" in attribute:
        return int(attribute["N"])
    if "M" in attribute:
        return from_item(attribute["M"])
    if "BOOL" in attribute:
        return attribute["BOOL"]
    msg = f"no plain value for {sorted(attribute)}"
    raise ValueError(msg)


def from_item(item: Item) -> dict[str, Any]:
    """Return the plain values of an item."""
    return {name: from_attribute(attribute) for name, attribute in item.items()}
