"""One example of each resource type that the embedded AWS knows, with what it needs to be there before it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pulumi import AssetArchive, StringAsset

from local.resources.registry import Made, Wanted

TABLE, QUEUE = "aws:dynamodb/table:Table", "aws:sqs/queue:Queue"
ROLE, ROLE_POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
FUNCTION, LAYER = "aws:lambda/function:Function", "aws:lambda/layerVersion:LayerVersion"
API, ROUTE = "aws:apigatewayv2/api:Api", "aws:apigatewayv2/route:Route"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
POOL = "aws:cognito/userPool:UserPool"
EVENTS_API = "aws:appsync/api:Api"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
BUCKET, DATABASE = "aws:s3/bucket:Bucket", "aws:glue/catalogDatabase:CatalogDatabase"

Need = Callable[[str], Made]
"""Gives the example of another type, made before this one."""

_CODE = AssetArchive({"echo.py": StringAsset("def handler(event, context): ...")})
_TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "*"}, "Action": "sts:AssumeRole"}]}
_POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]})
_IAM = {"authType": "AWS_IAM"}
_BODY = json.dumps({"widgets": []})
_MANAGED = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

EXAMPLES: dict[str, Callable[[Need], dict[str, Any]]] = {
    ROLE: lambda _: {"assumeRolePolicy": json.dumps(_TRUST)},
    ROLE_POLICY: lambda need: {"role": need(ROLE).id, "policy": _POLICY},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": lambda need: {
        "role": need(ROLE).id,
        "policyArn": _MANAGED,
    },
    TABLE: lambda _: {
        "hashKey": "id",
        "attributes": [{"name": "id", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
        "streamEnabled": True,
        "streamViewType": "NEW_IMAGE",
        "ttl": {"attributeName": "expires_at", "enabled": True},
        "pointInTimeRecovery": {"enabled": True},
    },
    QUEUE: lambda _: {"messageRetentionSeconds": 1_209_600.0},
    "aws:sqs/queuePolicy:QueuePolicy": lambda need: {"queueUrl": need(QUEUE).id, "policy": _POLICY},
    LAYER: lambda _: {"code": _CODE, "compatibleRuntimes": ["python3.13"]},
    FUNCTION: lambda need: {
        "role": need(ROLE).outputs["arn"],
        "runtime": "python3.13",
        "handler": "echo.handler",
        "code": _CODE,
        "layers": [need(LAYER).outputs["arn"]],
        "reservedConcurrentExecutions": 5.0,
    },
    "aws:lambda/permission:Permission": lambda need: {
        "action": "lambda:InvokeFunction",
        "function": need(FUNCTION).id,
        "principal": "apigateway.amazonaws.com",
    },
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": lambda need: {
        "functionName": need(FUNCTION).id,
        "maximumRetryAttempts": 1.0,
    },
    "aws:lambda/eventSourceMapping:EventSourceMapping": lambda need: {
        "eventSourceArn": need(TABLE).outputs["streamArn"],
        "functionName": need(FUNCTION).outputs["arn"],
        "startingPosition": "TRIM_HORIZON",
    },
    "aws:scheduler/schedule:Schedule": lambda need: {
        "scheduleExpression": "rate(5 minutes)",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": {"arn": need(FUNCTION).outputs["arn"], "roleArn": need(ROLE).outputs["arn"]},
    },
    LOG_GROUP: lambda _: {"retentionInDays": 7.0},
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": lambda need: {
        "logGroupName": need(LOG_GROUP).id,
        "pattern": '{ $.fault = "server" }',
        "metricTransformation": {"name": "faults", "namespace": "Airium", "value": "1", "unit": "Count"},
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": lambda _: {
        "comparisonOperator": "GreaterThanThreshold",
        "evaluationPeriods": 1.0,
        "namespace": "AWS/Lambda",
        "metricName": "Errors",
        "period": 60.0,
        "statistic": "Sum",
        "threshold": 0.0,
    },
    "aws:cloudwatch/dashboard:Dashboard": lambda _: {"dashboardName": "all", "dashboardBody": _BODY},
    BUCKET: lambda _: {},
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": lambda need: {
        "bucket": need(BUCKET).id,
        "blockPublicAcls": True,
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": lambda need: {
        "bucket": need(BUCKET).id,
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lambda need: {
        "bucket": need(BUCKET).id,
        "rules": [
            {"id": "old", "status": "Enabled", "filter": {"prefix": "x/"}, "expiration": {"days": 30.0}}
        ],
    },
    DATABASE: lambda _: {},
    "aws:glue/catalogTable:CatalogTable": lambda need: {
        "databaseName": need(DATABASE).id,
        "tableType": "EXTERNAL_TABLE",
        "storageDescriptor": {"location": "s3://x/", "columns": [{"name": "at", "type": "bigint"}]},
    },
    "aws:athena/workgroup:Workgroup": lambda _: {
        "configuration": {"bytesScannedCutoffPerQuery": 10_000_000.0},
    },
    API: lambda _: {"protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.type"},
    INTEGRATION: lambda need: {
        "apiId": need(API).id,
        "integrationType": "MOCK",
        "templateSelectionExpression": "\\$default",
    },
    "aws:apigatewayv2/integrationResponse:IntegrationResponse": lambda need: {
        "apiId": need(API).id,
        "integrationId": need(INTEGRATION).id,
        "integrationResponseKey": "$default",
    },
    "aws:apigatewayv2/authorizer:Authorizer": lambda need: {
        "apiId": need(API).id,
        "authorizerType": "REQUEST",
        "authorizerUri": need(FUNCTION).outputs["invokeArn"],
    },
    ROUTE: lambda need: {"apiId": need(API).id, "routeKey": "ping"},
    "aws:apigatewayv2/routeResponse:RouteResponse": lambda need: {
        "apiId": need(API).id,
        "routeId": need(ROUTE).id,
        "routeResponseKey": "$default",
    },
    "aws:apigatewayv2/deployment:Deployment": lambda need: {"apiId": need(API).id},
    "aws:apigatewayv2/stage:Stage": lambda need: {
        "apiId": need(API).id,
        "deploymentId": need("aws:apigatewayv2/deployment:Deployment").id,
        "defaultRouteSettings": {"throttlingRateLimit": 10.0, "throttlingBurstLimit": 5.0},
    },
    "aws:apigateway/account:Account": lambda _: {},
    POOL: lambda _: {"usernameAttributes": ["email"], "passwordPolicy": {"minimumLength": 12.0}},
    "aws:cognito/userPoolClient:UserPoolClient": lambda need: {"userPoolId": need(POOL).id},
    "aws:cognito/userGroup:UserGroup": lambda need: {"userPoolId": need(POOL).id, "description": "they help"},
    EVENTS_API: lambda _: {
        "eventConfig": {
            "authProviders": [_IAM],
            "connectionAuthModes": [_IAM],
            "defaultPublishAuthModes": [_IAM],
            "defaultSubscribeAuthModes": [_IAM],
        }
    },
    "aws:appsync/channelNamespace:ChannelNamespace": lambda need: {
        "apiId": need(EVENTS_API).id,
        "publishAuthModes": [_IAM],
        "subscribeAuthModes": [_IAM],
    },
}


def example(type_: str, name: str, need: Need) -> Wanted:
    """The example of a type under a name of its own."""
    return Wanted(type=type_, name=name, inputs=EXAMPLES[type_](need), root=Path())
