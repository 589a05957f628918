"""How a claim becomes an action of the event's transaction, and what the reason of its refusal says."""

from typing import Any

from functions.aws.attributes import to_item
from functions.aws.log import count_items, reservation_items
from functions.domain.log.claims import Claim, Count, Release, Reserve, Settle, Take
from functions.names import TTL_ATTRIBUTE

_TAKE = (
    f"attribute_not_exists(claim) OR {TTL_ATTRIBUTE} <= :now OR #value < :overrides_below"
    f" OR (#value = :value AND {TTL_ATTRIBUTE} <= :expires_at)"
)
_REFUSED = "ConditionalCheckFailed"


def action(claim: Claim, table: str | None) -> dict[str, Any]:
    """Return the action of a claim on its table, which tells what stands against it if it is refused."""
    common: dict[str, Any] = {
        "TableName": table,
        "ExpressionAttributeNames": {"#value": "value"},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    match claim:
        case Count():
            return {"Update": {"TableName": table, **count_items.update(claim)}}
        case Reserve():
            return {"Update": {"TableName": table, **reservation_items.reserve(claim)}}
        case Settle():
            return {"Update": {"TableName": table, **reservation_items.settle(claim)}}
        case Take():
            item = {"claim": claim.key, "value": claim.value, TTL_ATTRIBUTE: claim.expires_at}
            values = {
                ":now": claim.now,
                ":value": claim.value,
                ":overrides_below": claim.overrides_below,
                ":expires_at": claim.expires_at,
            }
            return {
                "Put": {
                    **common,
                    "Item": to_item(item),
                    "ConditionExpression": _TAKE,
                    "ExpressionAttributeValues": to_item(values),
                }
            }
        case Release():
            return {
                "Delete": {
                    **common,
                    "Key": to_item({"claim": claim.key}),
                    "ConditionExpression": "#value = :value",
                    "ExpressionAttributeValues": to_item({":value": claim.value}),
                }
            }


def is_refused(reason: dict[str, Any]) -> bool:
    """Tell whether an action was refused by its condition."""
    return reason.get("Code") == _REFUSED


def held_value(reason: dict[str, Any]) -> str | None:
    """Return the value that stands against a refused claim, None if there is none."""
    value: str | None = reason.get("Item", {}).get("value", {}).get("S")
    return value


def is_unknown(reason: dict[str, Any]) -> bool:
    """Tell whether nothing is known of an action's condition, because another transaction is at its item."""
    return reason.get("Code", "None") not in {"None", _REFUSED}


def is_undecided(claim: Claim, reason: dict[str, Any]) -> bool:
    """Tell whether nothing is known of a claim that an answer would need: a count holds nothing."""
    return isinstance(claim, Take | Release) and is_unknown(reason)
