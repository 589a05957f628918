"""The one place where a count becomes the update of its item."""

from typing import Any, Final

from functions.aws.attributes import to_item
from functions.domain.log.claims import Count
from functions.names import TTL_ATTRIBUTE

_FEW: Final = "#count < :limit"


def update(claim: Count) -> dict[str, Any]:
    """Return the update of a count, but for its table: one more and its bytes, if both limits allow it."""
    added, condition = "#count :one", _FEW
    names = {"#count": "count"}
    values: dict[str, Any] = {":limit": claim.limit, ":one": 1, ":expires_at": claim.expires_at}
    if claim.byte_limit is not None:
        added = f"{added}, #bytes :bytes"
        condition = f"({_FEW} AND #bytes <= :rest)"
        names["#bytes"] = "bytes"
        values |= {":bytes": claim.bytes, ":rest": claim.byte_limit - claim.bytes}
    return {
        "Key": to_item({"claim": claim.key}),
        "UpdateExpression": f"ADD {added} SET {TTL_ATTRIBUTE} = :expires_at",
        "ConditionExpression": f"attribute_not_exists(claim) OR {condition}",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": to_item(values),
    }
