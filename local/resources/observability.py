"""Log groups, counts of their lines, alarms, and dashboards."""

from collections.abc import Mapping
from typing import Any

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


@creates("aws:cloudwatch/logMetricFilter:LogMetricFilter")
def metric_filter(cloud: Cloud, wanted: Wanted) -> Made:
    """Put the filter; the emulator keeps it and counts nothing."""
    name, group = wanted.physical(512), wanted.inputs["logGroupName"]
    cloud.call(
        "logs",
        "PutMetricFilter",
        # one in the program, a list of one in the request
        {**wanted.inputs, "metricTransformations": [wanted.inputs["metricTransformation"]]},
        rename={
            "pattern": "filterPattern",
            "name": "metricName",
            "namespace": "metricNamespace",
            "value": "metricValue",
        },
        without=("name", "metricTransformation"),
        filterName=name,
    )
    return Made(id=f"{group}:{name}", outputs={"name": name})


@removes("aws:cloudwatch/logMetricFilter:LogMetricFilter")
def remove_metric_filter(cloud: Cloud, group_and_name: str) -> None:
    """Delete the filter."""
    group, name = group_and_name.split(":")
    cloud.client("logs").delete_metric_filter(logGroupName=group, filterName=name)


@creates("aws:cloudwatch/metricAlarm:MetricAlarm")
def metric_alarm(cloud: Cloud, wanted: Wanted) -> Made:
    """Put the alarm; the emulator does not evaluate expressions."""
    name = wanted.physical(255)
    queries = wanted.inputs.get("metricQueries", ())
    measured = {"metrics": [_query(query) for query in queries]} if queries else _dimensions(wanted.inputs)
    cloud.call(
        "cloudwatch",
        "PutMetricAlarm",
        {**wanted.inputs, **measured},
        without=("name", "metricQueries", "tags", "tagsAll"),
        AlarmName=name,
    )
    return Made(id=name, outputs={"name": name, "arn": cloud.arn("cloudwatch", f"alarm:{name}")})


@removes("aws:cloudwatch/metricAlarm:MetricAlarm")
def remove_metric_alarm(cloud: Cloud, name: str) -> None:
    """Delete the alarm."""
    cloud.client("cloudwatch").delete_alarms(AlarmNames=[name])


@creates("aws:cloudwatch/dashboard:Dashboard")
def dashboard(cloud: Cloud, wanted: Wanted) -> Made:
    """Put the dashboard; the emulator keeps whatever its body says."""
    name = str(wanted.inputs["dashboardName"])
    cloud.call("cloudwatch", "PutDashboard", wanted.inputs)
    return Made(
        id=name, outputs={"dashboardArn": cloud.arn("cloudwatch", f"dashboard/{name}", regional=False)}
    )


@removes("aws:cloudwatch/dashboard:Dashboard")
def remove_dashboard(cloud: Cloud, name: str) -> None:
    """Delete the dashboard."""
    cloud.client("cloudwatch").delete_dashboards(DashboardNames=[name])


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    """Give a query as the request has it: a metric apart from its statistic, and what is returned said."""
    asked = {**query, "returnData": bool(query.get("returnData"))}
    metric = asked.pop("metric", None)
    if metric is None:
        return asked
    what = {key: metric[key] for key in ("namespace", "metricName") if key in metric}
    how = {key: value for key, value in metric.items() if key not in {*what, "dimensions"}}
    return {**asked, "metricStat": {"metric": {**what, **_dimensions(metric)}, **how}}


def _dimensions(metric: Mapping[str, Any]) -> dict[str, Any]:
    """Give dimensions as the request has them: a map in the program, a list there."""
    given = metric.get("dimensions") or {}
    return {"dimensions": [{"name": name, "value": value} for name, value in given.items()]}
