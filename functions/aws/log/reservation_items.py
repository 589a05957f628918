"""The one place where a reservation, and what it comes to, becomes the update of its item."""

from typing import Any, Final

from functions.aws.attributes import to_item
from functions.domain.log.claims import Reserve, Settle
from functions.names import TTL_ATTRIBUTE

_FITS: Final = "reserved <= :rest"


def reserve(claim: Reserve) -> dict[str, Any]:
    """Return the update of a reservation, but for its table: the amount, if it fits beside the others."""
    update = _add(claim)
    values = {**update["ExpressionAttributeValues"], **to_item({":rest": claim.limit - claim.amount})}
    is_possible = claim.amount <= claim.limit
    condition = f"attribute_not_exists(claim) OR {_FITS}" if is_possible else _FITS
    return {**update, "ConditionExpression": condition, "ExpressionAttributeValues": values}


def settle(claim: Settle) -> dict[str, Any]:
    """Return the update of what a reservation came to, but for its table: nothing can be against it."""
    return _add(claim)


def _add(claim: Reserve | Settle) -> dict[str, Any]:
    return {
        "Key": to_item({"claim": claim.key}),
        "UpdateExpression": f"ADD reserved :amount SET {TTL_ATTRIBUTE} = :expires_at",
        "ExpressionAttributeValues": to_item({":amount": claim.amount, ":expires_at": claim.expires_at}),
    }
