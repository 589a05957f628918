"""The APIs of AppSync Events and their namespaces."""

from collections.abc import Iterator
from typing import Any

from local.answers import if_there
from local.cloud import Cloud
from local.resources.registry import Made, Wanted, creates, removes

_ABSENT = "NotFoundException"
_TAGS = ("tags", "tagsAll")


@creates("aws:appsync/api:Api")
def api(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the API, or update the one of the same name: its id stays, and its subscribers with it."""
    name = wanted.physical(50)
    existing = next((each for each in _apis(cloud) if each["name"] == name), None)
    operation, known = ("CreateApi", {}) if existing is None else ("UpdateApi", {"apiId": existing["apiId"]})
    made = cloud.call("appsync", operation, wanted.inputs, without=(*_TAGS, "name"), name=name, **known)[
        "api"
    ]
    return Made(
        id=made["apiId"],
        outputs={"name": name, "apiId": made["apiId"], "apiArn": made["apiArn"], "dns": made["dns"]},
    )


@removes("aws:appsync/api:Api")
def remove_api(cloud: Cloud, identifier: str) -> None:
    """Delete the API with its namespaces."""
    cloud.client("appsync").delete_api(apiId=identifier)


@creates("aws:appsync/channelNamespace:ChannelNamespace")
def channel_namespace(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the namespace, or update it."""
    name, api_id = wanted.physical(50), wanted.inputs["apiId"]
    ask = cloud.client("appsync").get_channel_namespace
    existing = if_there(ask, _ABSENT, apiId=api_id, name=name)
    operation = "CreateChannelNamespace" if existing is None else "UpdateChannelNamespace"
    made = cloud.call("appsync", operation, wanted.inputs, without=(*_TAGS, "name"), name=name)
    arn = made["channelNamespace"]["channelNamespaceArn"]
    return Made(id=f"{api_id},{name}", outputs={"name": name, "channelNamespaceArn": arn})


@removes("aws:appsync/channelNamespace:ChannelNamespace")
def remove_channel_namespace(cloud: Cloud, identifier: str) -> None:
    """Delete the namespace."""
    api_id, _, name = identifier.partition(",")
    cloud.client("appsync").delete_channel_namespace(apiId=api_id, name=name)


def _apis(cloud: Cloud) -> Iterator[dict[str, Any]]:
    for page in cloud.client("appsync").get_paginator("list_apis").paginate():
        yield from page["apis"]
