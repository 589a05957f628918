"""Looks at the alarms of a stack."""

from collections.abc import Iterator
from typing import Any

from ops.doctor.findings import Finding, Verdict
from ops.doctor.stack import Patient


def alarms(patient: Patient) -> Iterator[Finding]:
    """Look whether there are alarms, and which of them ring; another stack's are told by what they watch."""
    prefix = patient.deployment.outputs.events_table.partition("-events")[0]
    pages = patient.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    own = [each for page in pages for each in page["MetricAlarms"] if _watches(each, patient)]
    if not own:
        fix = "set `alarms.enabled`, with a topic that somebody reads"
        yield Finding("alarms", Verdict.NOTE, "there are none: nobody is told of a failure", fix)
        return
    ringing = [each for each in own if each["StateValue"] == "ALARM"]
    for each in ringing:
        fix = each.get("AlarmDescription") or '"Alarms" in docs/operations.md'
        yield Finding("alarms", Verdict.WRONG, f"{each['AlarmName']}: {each.get('StateReason', '')}", fix)
    if not any(each.get("AlarmActions") for each in own):
        yield Finding("alarms", Verdict.NOTE, "they tell nobody", "set `alarms.topicArns`")
    if not ringing:
        yield Finding("alarms", Verdict.FINE, f"none of {len(own)} rings")


def _watches(alarm: dict[str, Any], patient: Patient) -> bool:
    """Tell whether an alarm is about this stack: by one metric, or by several in an expression."""
    several = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
    for metric in (alarm, *several):
        values = [each["Value"] for each in metric.get("Dimensions", [])]
        if patient.names.intersection([*values, metric.get("MetricName", "")]):
            return True
    return False
