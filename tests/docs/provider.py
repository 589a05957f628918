"""What the AWS provider of Pulumi calls for each type of resource that the program makes."""

import ast
import re

from tests.docs.markdown import ROOT

_TAGS = {"TagResource", "UntagResource", "ListTagsForResource"}
_GATEWAY = {f"apigateway:{method}" for method in ("DELETE", "GET", "PATCH", "POST", "PUT")}


def of(service: str, *operations: str) -> set[str]:
    return {f"{service}:{operation}" for operation in operations}


def kept(service: str, name: str, *more: str) -> set[str]:
    """The actions by which a resource is made, read, changed and removed."""
    return of(service, *(f"{verb}{name}" for verb in ("Create", "Get", "Update", "Delete")), *more)


NEEDS = {
    "apigateway.Account": of("apigateway", "GET", "PATCH"),
    "apigatewayv2.Api": _GATEWAY | of("iam", "CreateServiceLinkedRole"),
    "apigatewayv2.ApiMapping": _GATEWAY,
    "apigatewayv2.Authorizer": _GATEWAY,
    "apigatewayv2.Deployment": _GATEWAY,
    "apigatewayv2.DomainName": _GATEWAY | of("iam", "CreateServiceLinkedRole"),
    "apigatewayv2.Integration": _GATEWAY,
    "apigatewayv2.IntegrationResponse": _GATEWAY,
    "apigatewayv2.Route": _GATEWAY,
    "apigatewayv2.RouteResponse": _GATEWAY,
    # with an access log, whoever makes a stage orders the delivery to it
    "apigatewayv2.Stage": _GATEWAY
    | of("logs", "CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery")
    | of("logs", "ListLogDeliveries", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
    "appsync.Api": kept("appsync", "Api"),
    "appsync.ChannelNamespace": kept("appsync", "ChannelNamespace"),
    "athena.Workgroup": kept("athena", "WorkGroup", *_TAGS),
    "cloudwatch.Dashboard": of("cloudwatch", "PutDashboard", "GetDashboard", "DeleteDashboards"),
    "cloudwatch.LogGroup": of("logs", "CreateLogGroup", "DescribeLogGroups", "DeleteLogGroup", *_TAGS)
    | of("logs", "PutRetentionPolicy", "DeleteRetentionPolicy"),
    "cloudwatch.LogMetricFilter": of(
        "logs", "PutMetricFilter", "DescribeMetricFilters", "DeleteMetricFilter"
    ),
    "cloudwatch.MetricAlarm": of("cloudwatch", "PutMetricAlarm", "DescribeAlarms", "DeleteAlarms", *_TAGS),
    "cognito.UserPool": of("cognito-idp", "CreateUserPool", "DescribeUserPool", "UpdateUserPool")
    | of("cognito-idp", "DeleteUserPool", "GetUserPoolMfaConfig", "SetUserPoolMfaConfig", *_TAGS),
    "cognito.UserGroup": kept("cognito-idp", "Group"),
    "cognito.UserPoolClient": of("cognito-idp", "CreateUserPoolClient", "DescribeUserPoolClient")
    | of("cognito-idp", "UpdateUserPoolClient", "DeleteUserPoolClient"),
    "dynamodb.Table": of("dynamodb", "CreateTable", "DescribeTable", "UpdateTable", "DeleteTable")
    | of("dynamodb", "DescribeTimeToLive", "UpdateTimeToLive", "DescribeContinuousBackups")
    | of("dynamodb", "UpdateContinuousBackups", "ListTagsOfResource", "TagResource", "UntagResource"),
    "glue.CatalogDatabase": kept("glue", "Database", "GetTags", "TagResource", "UntagResource"),
    "glue.CatalogTable": kept("glue", "Table", "GetPartitionIndexes"),
    "iam.Role": kept("iam", "Role", "ListRoleTags", "TagRole", "UntagRole", "UpdateAssumeRolePolicy")
    | of("iam", "ListInstanceProfilesForRole", "ListRolePolicies", "ListAttachedRolePolicies"),
    "iam.RolePolicy": of("iam", "PutRolePolicy", "GetRolePolicy", "DeleteRolePolicy"),
    "iam.RolePolicyAttachment": of("iam", "AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies"),
    "lambda_.EventSourceMapping": kept("lambda", "EventSourceMapping", "ListTags")
    | of("lambda", "TagResource", "UntagResource"),
    "lambda_.Function": of("lambda", "CreateFunction", "DeleteFunction", "GetFunction", "ListTags")
    | of("lambda", "GetFunctionConfiguration", "GetFunctionCodeSigningConfig", "ListVersionsByFunction")
    | of("lambda", "UpdateFunctionCode", "UpdateFunctionConfiguration", "PutFunctionConcurrency")
    | of("lambda", "DeleteFunctionConcurrency", "TagResource", "UntagResource", "GetLayerVersion")
    | of("iam", "PassRole"),
    "lambda_.FunctionEventInvokeConfig": of("lambda", "PutFunctionEventInvokeConfig")
    | of("lambda", "GetFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig"),
    "lambda_.LayerVersion": of("lambda", "PublishLayerVersion", "GetLayerVersion", "DeleteLayerVersion"),
    "lambda_.Permission": of("lambda", "AddPermission", "GetPolicy", "RemovePermission"),
    "route53.Record": of("route53", "ChangeResourceRecordSets", "GetHostedZone")
    | of("route53", "ListResourceRecordSets", "GetChange"),
    # whatever can be set on a bucket is read with it
    "s3.Bucket": of("s3", "CreateBucket", "DeleteBucket", "ListBucket", "ListBucketVersions", *_TAGS)
    | of("s3", "GetAccelerateConfiguration", "GetBucketAbac", "GetBucketAcl", "GetBucketCORS")
    | of("s3", "GetBucketLocation", "GetBucketLogging", "GetBucketObjectLockConfiguration")
    | of("s3", "GetBucketRequestPayment", "GetBucketTagging", "GetBucketVersioning", "GetBucketWebsite")
    | of("s3", "GetReplicationConfiguration", "PutBucketTagging", "DeleteObject", "DeleteObjectVersion"),
    "s3.BucketLifecycleConfiguration": of("s3", "GetLifecycleConfiguration", "PutLifecycleConfiguration"),
    "s3.BucketPolicy": of("s3", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    "s3.BucketPublicAccessBlock": of("s3", "GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    "s3.BucketServerSideEncryptionConfiguration": of("s3", "GetEncryptionConfiguration")
    | of("s3", "PutEncryptionConfiguration"),
    "scheduler.Schedule": kept("scheduler", "Schedule") | of("iam", "PassRole"),
    "sqs.Queue": of("sqs", "CreateQueue", "GetQueueUrl", "GetQueueAttributes", "SetQueueAttributes")
    | of("sqs", "DeleteQueue", "ListQueueTags", "TagQueue", "UntagQueue"),
    "sqs.QueuePolicy": of("sqs", "GetQueueAttributes", "SetQueueAttributes"),
}
"""What the provider calls to make, read, change and remove each type of resource. AWS alone can prove it."""


def made() -> set[str]:
    """The types of resources that the program makes, whatever the settings."""
    calls = [
        node.func
        for path in [ROOT / "__main__.py", *(ROOT / "infra").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]
    found = {ast.unparse(each).removeprefix("aws.") for each in calls if ast.unparse(each).startswith("aws.")}
    return {each for each in found if re.fullmatch(r"\w+\.[A-Z]\w+", each) and not each.endswith("Args")}
