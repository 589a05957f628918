"""Close the WebSocket connections of an emulator before it is stopped."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.cloud import Cloud
from local.outputs import Outputs

SETTLE_SECONDS = 3.0
"""How long the disconnects may take to reach the log and the projection."""
_POLL_SECONDS = 0.1


def close_all(cloud: Cloud, outputs: Outputs) -> None:
    """Close what the connections table shows as connected, and wait until it shows none.

    An open socket can keep the emulator from ending, and so from writing its state; and an emulator that
    ends at once loses the disconnects. What the projection does not show in time is left to the end by
    force.
    """
    deadline = time.monotonic() + SETTLE_SECONDS
    management = cloud.management(outputs.management_endpoint)
    try:
        with ThreadPoolExecutor(max_workers=8) as pool:
            while (connected := _connected(cloud, outputs)) and time.monotonic() < deadline:
                list(pool.map(lambda each: _close(management, each), connected))
                time.sleep(_POLL_SECONDS)
    except (ClientError, BotoCoreError):
        # It may be ill, which is why it is being stopped.
        return


def _connected(cloud: Cloud, outputs: Outputs) -> list[str]:
    pages = (
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
    return [item["connectionId"]["S"] for page in pages for item in page["Items"]]


def _close(management: Any, identifier: str) -> None:
    # A connection that is gone already is as good as closed.
    with contextlib.suppress(ClientError):
        management.delete_connection(ConnectionId=identifier)
