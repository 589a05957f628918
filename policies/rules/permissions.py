"""What a policy may allow: named actions on named resources, and open ends only for a reason."""

from collections.abc import Iterator
from typing import Final

from policies.resources import Resource, texts
from policies.rule import ResourceRule
from policies.rules.documents import Statement, statements

OPEN_ENDS: Final = {
    ":*": frozenset({"logs:CreateLogStream", "logs:PutLogEvents"}),
    "/@connections/*": frozenset({"execute-api:ManageConnections"}),
    "/events/*": frozenset({"s3:GetObject", "s3:PutObject"}),
    "/stream/*": frozenset({"dynamodb:ListStreams"}),
}
"""
The endings that may cover more than one thing, each with the only actions that it is for.

`infra.policy.OPEN_ENDS` has the reasons. They are listed here again, since the pack takes nothing from the
program that it judges: an end that is opened there alone is refused, until somebody opens it here as well.
"""

OPEN_REGIONS: Final = {
    "arn:aws:bedrock:*::foundation-model/": frozenset({"bedrock:InvokeModelWithResponseStream"}),
}
"""The beginnings that may be of any region, each with the only actions that it is for; one name follows."""

WITHOUT_RESOURCES: Final = frozenset({"xray:PutTelemetryRecords", "xray:PutTraceSegments"})
"""The actions for which AWS knows no resource, so that they are allowed on ``*`` or not at all."""

MANAGED_POLICIES: Final = frozenset(
    {
        # API Gateway refuses a role that may do less
        "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    }
)
"""The policies of AWS's own that a role may have: they are wide, and AWS changes them."""

_WILDCARDS: Final = frozenset("*?")


def _open_actions(resource: Resource) -> Iterator[str]:
    for statement in statements(resource):
        if not statement.allows:
            continue
        yield from (f"allows {action}" for action in statement.actions if _WILDCARDS & set(action))
        yield from (f"allows by {each}" for each in statement.inverted if each == "NotAction")


def _open_resources(resource: Resource) -> Iterator[str]:
    for statement in statements(resource):
        if not statement.allows:
            continue
        for each in statement.resources:
            if _WILDCARDS & set(each) and not _has_reason(each, statement):
                yield f"allows {', '.join(statement.actions)} on {each}"
        yield from (f"allows by {each}" for each in statement.inverted if each == "NotResource")


def _has_reason(resource: str, statement: Statement) -> bool:
    if resource == "*":
        return bool(statement.actions) and WITHOUT_RESOURCES.issuperset(statement.actions)
    if resource.count("*") + resource.count("?") > 1 or not resource.startswith("arn:"):
        return False
    ends = (actions for ending, actions in OPEN_ENDS.items() if resource.endswith(ending))
    regions = (actions for beginning, actions in OPEN_REGIONS.items() if resource.startswith(beginning))
    return any(actions.issuperset(statement.actions) for actions in (*ends, *regions))


def _managed_policies(resource: Resource) -> Iterator[str]:
    for path, text in texts(resource.properties):
        is_managed = path[-1] in ("policyArn", "managedPolicyArns") and ":aws:policy/" in text
        if is_managed and text not in MANAGED_POLICIES:
            yield f"has {text}"


RULES = (
    ResourceRule("no-open-action", "A policy allows actions by their full names.", _open_actions),
    ResourceRule(
        "no-open-resource",
        "A policy allows actions on resources by their full names, but for ends that have a reason.",
        _open_resources,
    ),
    ResourceRule(
        "no-unknown-managed-policy",
        "A role has a policy of AWS's own only where AWS takes no other.",
        _managed_policies,
    ),
)
