"""DynamoDB tables."""

from typing import Any

from local.answers import if_there
from local.cloud import Cloud
from local.errors import LocalError
from local.resources.registry import Made, Wanted, creates

_ELSEWHERE = (
    "name",
    "hashKey",
    "rangeKey",
    "attributes",
    "globalSecondaryIndexes",
    "streamEnabled",
    "streamViewType",
    "ttl",
    "pointInTimeRecovery",
    "serverSideEncryption",
    "tags",
    "tagsAll",
)


@creates("aws:dynamodb/table:Table")
def table(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the table, or check that the one which is there has the same keys."""
    name = wanted.physical(255)
    dynamodb = cloud.client("dynamodb")
    layout = _layout(wanted)
    existing = if_there(dynamodb.describe_table, "ResourceNotFoundException", TableName=name)
    if existing is None:
        description = cloud.call(
            "dynamodb", "CreateTable", wanted.inputs, without=_ELSEWHERE, TableName=name, **layout
        )["TableDescription"]
    else:
        description = existing["Table"]
        if _shape(description) != _shape(layout):
            raise LocalError(
                "the table's keys, indexes or stream have changed, which a table that is up cannot take: "
                "`make down`, then `make up`"
            )
    _settle(cloud, name, wanted)
    return Made(
        id=name,
        outputs={
            "name": name,
            "arn": description["TableArn"],
            "streamArn": description.get("LatestStreamArn"),
            "streamLabel": description.get("LatestStreamLabel"),
        },
    )


def _settle(cloud: Cloud, name: str, wanted: Wanted) -> None:
    """Set what a table takes only after it has been made."""
    if ttl := wanted.inputs.get("ttl"):
        # AWS refuses to set what is already so.
        now = cloud.client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if now["TimeToLiveStatus"] in {"DISABLED", "DISABLING"} and ttl.get("enabled"):
            cloud.call(
                "dynamodb",
                "UpdateTimeToLive",
                {"timeToLiveSpecification": ttl},
                TableName=name,
            )
    if recovery := wanted.inputs.get("pointInTimeRecovery"):
        cloud.client("dynamodb").update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": bool(recovery.get("enabled"))},
        )


def _layout(wanted: Wanted) -> dict[str, Any]:
    inputs = wanted.inputs
    keys = [(inputs.get("hashKey"), "HASH"), (inputs.get("rangeKey"), "RANGE")]
    layout: dict[str, Any] = {
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys if name],
        "AttributeDefinitions": [
            {"AttributeName": each["name"], "AttributeType": each["type"]}
            for each in inputs.get("attributes", ())
        ],
    }
    if indexes := inputs.get("globalSecondaryIndexes"):
        layout["GlobalSecondaryIndexes"] = [_index(index) for index in indexes]
    if inputs.get("streamEnabled"):
        layout["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": inputs["streamViewType"],
        }
    return layout


def _index(index: dict[str, Any]) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index["projectionType"]}
    if attributes := index.get("nonKeyAttributes"):
        projection["NonKeyAttributes"] = attributes
    return {
        "IndexName": index["name"],
        "Projection": projection,
        "KeySchema": [
            {"AttributeName": key["attributeName"], "KeyType": key["keyType"]} for key in index["keySchemas"]
        ],
    }


def _shape(description: dict[str, Any]) -> object:
    """What of a table cannot be changed here, in a form that compares."""
    return (
        description["KeySchema"],
        sorted(
            (each["AttributeName"], each["AttributeType"]) for each in description["AttributeDefinitions"]
        ),
        sorted(
            (
                index["IndexName"],
                [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]],
                index["Projection"]["ProjectionType"],
                sorted(index["Projection"].get("NonKeyAttributes", ())),
            )
            for index in description.get("GlobalSecondaryIndexes", ())
        ),
        description.get("StreamSpecification"),
    )
