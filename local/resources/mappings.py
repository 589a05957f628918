"""Event source mappings, which carry a stream or a queue to a function."""

from typing import Any

from local.cloud import Cloud
from local.resources.registry import Made, Wanted, creates, removes

_ELSEWHERE = ("tags", "tagsAll")
_RENAMES = {"destinationArn": "destination"}


@creates("aws:lambda/eventSourceMapping:EventSourceMapping")
def event_source_mapping(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the mapping, or update the one that is there.

    After a restart it is made anew: the kept position belongs to a stream that is gone.
    """
    client = cloud.client("lambda")
    mapping_id = _find(cloud, wanted)
    if mapping_id and cloud.restarted:
        client.delete_event_source_mapping(UUID=mapping_id)
        mapping_id = None
    if mapping_id is None:
        mapping = cloud.call(
            "lambda", "CreateEventSourceMapping", wanted.inputs, rename=_RENAMES, without=_ELSEWHERE
        )
    else:
        mapping = cloud.call(
            "lambda",
            "UpdateEventSourceMapping",
            wanted.inputs,
            rename=_RENAMES,
            without=(*_ELSEWHERE, "eventSourceArn", "startingPosition"),
            UUID=mapping_id,
        )
    return Made(id=mapping["UUID"], outputs={"uuid": mapping["UUID"], "functionArn": mapping["FunctionArn"]})


@removes("aws:lambda/eventSourceMapping:EventSourceMapping")
def remove_event_source_mapping(cloud: Cloud, uuid: str) -> None:
    """Delete the mapping."""
    cloud.client("lambda").delete_event_source_mapping(UUID=uuid)


def _find(cloud: Cloud, wanted: Wanted) -> str | None:
    """The id of the mapping between the same table or queue and the same function."""
    source = _origin(wanted.inputs["eventSourceArn"])
    function = str(wanted.inputs["functionName"]).rsplit(":", 1)[-1]
    mappings: list[dict[str, Any]] = cloud.client("lambda").list_event_source_mappings()[
        "EventSourceMappings"
    ]
    for mapping in mappings:
        same = _origin(mapping["EventSourceArn"]) == source
        if same and mapping["FunctionArn"].rsplit(":", 1)[-1] == function:
            return str(mapping["UUID"])
    return None


def _origin(arn: str) -> str:
    """The ARN without the time at which a stream began."""
    return arn.split("/stream/", maxsplit=1)[0]
