"""Queues and schedules."""

from typing import Any

from local.answers import if_there
from local.cloud import Cloud, UnknownInputError
from local.resources.registry import Made, Wanted, creates, removes

_ABSENT = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
"""SQS has two codes for one error: that of its older protocol is sent along."""
_QUEUE_ATTRIBUTES = {
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


@creates("aws:sqs/queue:Queue")
def queue(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the queue, or set its attributes anew."""
    sqs = cloud.client("sqs")
    name = wanted.physical(80)
    chosen = {key: value for key, value in wanted.inputs.items() if key not in {"name", "tags", "tagsAll"}}
    if unknown := chosen.keys() - _QUEUE_ATTRIBUTES.keys():
        raise UnknownInputError(f"input {min(unknown)!r} is unknown to the embedded AWS")
    attributes = {_QUEUE_ATTRIBUTES[key]: _attribute(value) for key, value in chosen.items()}
    existing = if_there(sqs.get_queue_url, *_ABSENT, QueueName=name)
    if existing is None:
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    else:
        url = existing["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    return Made(id=url, outputs={"name": name, "url": url, "arn": cloud.arn("sqs", name)})


@removes("aws:sqs/queue:Queue")
def remove_queue(cloud: Cloud, url: str) -> None:
    """Delete the queue."""
    cloud.client("sqs").delete_queue(QueueUrl=url)


@creates("aws:sqs/queuePolicy:QueuePolicy")
def queue_policy(cloud: Cloud, wanted: Wanted) -> Made:
    """Put the queue's policy."""
    url = wanted.inputs["queueUrl"]
    cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": wanted.inputs["policy"]})
    return Made(id=url)


@creates("aws:scheduler/schedule:Schedule")
def schedule(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the schedule, or update it."""
    scheduler = cloud.client("scheduler")
    name, group = wanted.physical(), wanted.inputs.get("groupName", "default")
    existing = if_there(scheduler.get_schedule, "ResourceNotFoundException", Name=name, GroupName=group)
    operation = "CreateSchedule" if existing is None else "UpdateSchedule"
    cloud.call("scheduler", operation, wanted.inputs, without=("name",), Name=name)
    return Made(
        id=f"{group}/{name}",
        outputs={"name": name, "arn": cloud.arn("scheduler", f"schedule/{group}/{name}")},
    )


@removes("aws:scheduler/schedule:Schedule")
def remove_schedule(cloud: Cloud, identifier: str) -> None:
    """Delete the schedule."""
    group, name = identifier.split("/")
    cloud.client("scheduler").delete_schedule(Name=name, GroupName=group)


def _attribute(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float():
            return str(int(value))
        case _:
            return str(value)
