"""Log groups and alarms."""

from local.answers import ignoring
from local.cloud import Cloud
from local.resources.registry import Made, Wanted, creates, removes


@creates("aws:cloudwatch/logGroup:LogGroup")
def log_group(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the log group, or set its retention anew."""
    name = wanted.physical(512)
    logs = cloud.client("logs")
    # One that is there keeps what has been logged.
    with ignoring("ResourceAlreadyExistsException"):
        logs.create_log_group(logGroupName=name)
    if days := wanted.inputs.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=name, retentionInDays=int(days))
    return Made(id=name, outputs={"name": name, "arn": cloud.arn("logs", f"log-group:{name}")})


@removes("aws:cloudwatch/logGroup:LogGroup")
def remove_log_group(cloud: Cloud, name: str) -> None:
    """Delete the log group."""
    cloud.client("logs").delete_log_group(logGroupName=name)


@creates("aws:cloudwatch/metricAlarm:MetricAlarm")
def metric_alarm(cloud: Cloud, wanted: Wanted) -> Made:
    """Put the alarm."""
    name = wanted.physical(255)
    cloud.call(
        "cloudwatch",
        "PutMetricAlarm",
        wanted.inputs,
        rename={"metricQueries": "metrics"},
        without=("name", "dimensions", "tags", "tagsAll"),
        AlarmName=name,
        # a map in the program, a list in the request
        Dimensions=[
            {"Name": dimension, "Value": value}
            for dimension, value in wanted.inputs.get("dimensions", {}).items()
        ],
    )
    return Made(id=name, outputs={"name": name, "arn": cloud.arn("cloudwatch", f"alarm:{name}")})


@removes("aws:cloudwatch/metricAlarm:MetricAlarm")
def remove_metric_alarm(cloud: Cloud, name: str) -> None:
    """Delete the alarm."""
    cloud.client("cloudwatch").delete_alarms(AlarmNames=[name])
