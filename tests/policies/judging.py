"""Asks one rule about resources that a test makes up."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from policies.pack import RULES
from policies.resources import Resource
from policies.rule import ResourceRule, StackRule

TABLE = "aws:dynamodb/table:Table"
FUNCTION = "aws:lambda/function:Function"
GROUP = "aws:cloudwatch/logGroup:LogGroup"
PERMISSION = "aws:lambda/permission:Permission"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
BUCKET = "aws:s3/bucket:Bucket"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
API = "aws:apigatewayv2/api:Api"
DOMAIN = "aws:apigatewayv2/domainName:DomainName"
ROUTE = "aws:apigatewayv2/route:Route"
STAGE = "aws:apigatewayv2/stage:Stage"


def breaches(rule: str, *resources: Resource) -> list[str]:
    """Tell what a rule says against resources, in words."""
    (found,) = [each for each in RULES if each.name == rule]
    return list(_breaches(found, resources))


def _breaches(rule: ResourceRule | StackRule, resources: Sequence[Resource]) -> Iterator[str]:
    match rule:
        case ResourceRule():
            for each in resources:
                yield from rule.breaches(each)
        case StackRule():
            yield from (message for _, message in rule.breaches(resources))


def policy(type_: str = ROLE_POLICY, key: str = "policy", **statement: Any) -> Resource:
    """Make a resource with a policy of one statement, which allows unless it says else."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
    return Resource(type_, {key: json.dumps(document)})
