"""Sees to it that what can be read consistently is: no engine here shows what an older answer would do."""

from typing import Any

READS = frozenset({"GetItem", "Query", "Scan", "BatchGetItem"})


def demanded(client: Any) -> Any:
    """Return a DynamoDB client whose reads of a table fail the test where they could be of an older state.

    An index cannot be read consistently, so its reads pass.
    """
    client.meta.events.register("provide-client-params.dynamodb", _judge)
    return client


def _judge(params: dict[str, Any], model: Any, **_: Any) -> None:
    if model.name not in READS or "IndexName" in params:
        return
    requests = params.get("RequestItems", {params.get("TableName"): params})
    older = [table for table, request in requests.items() if request.get("ConsistentRead") is not True]
    assert older == [], f"{model.name} of {older} may answer with what was"
