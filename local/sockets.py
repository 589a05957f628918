"""Close the WebSocket connections of an emulator before it is stopped."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.cloud import Cloud
from local.outputs import Outputs


def close_all(cloud: Cloud, outputs: Outputs) -> int:
    """Close what the connections table shows as connected, and give how many there were.

    An open socket can keep the emulator from ending, and so from writing its state. What the
    projection does not show yet stays open; the end by force is there for that.
    """
    try:
        return _close_all(cloud, outputs)
    except (ClientError, BotoCoreError):
        # It may be ill, which is why it is being stopped.
        return 0


def _close_all(cloud: Cloud, outputs: Outputs) -> int:
    rows = (
        cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=outputs.connections_table,
            FilterExpression="#status = :connected",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":connected": {"S": "CONNECTED"}},
            ProjectionExpression="connectionId",
        )
    )
    identifiers = [item["connectionId"]["S"] for page in rows for item in page["Items"]]
    management = cloud.management(outputs.management_endpoint)
    with ThreadPoolExecutor(max_workers=8) as pool:
        return sum(pool.map(lambda each: _close(management, each), identifiers))


def _close(management: Any, identifier: str) -> int:
    try:
        management.delete_connection(ConnectionId=identifier)
    except ClientError:
        return 0
    return 1
