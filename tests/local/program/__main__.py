"""A small program with one resource of each kind, for the tests of the embedded AWS."""

import json

import pulumi
import pulumi_aws as aws

HANDLER = """
import json

def handler(event, context):
    print("called")
    context = event["requestContext"]
    if "http" in context:
        return {"statusCode": 200, "body": json.dumps(context["authorizer"])}
    if context["eventType"] == "MESSAGE":
        return {"statusCode": 200, "body": "v1:" + event["body"]}
    return {"statusCode": 200}
"""

config = pulumi.Config("airium-realtime")
endpoint = config.require("endpoint")
region = aws.get_region().region

names = {
    "events": "id",
    "claims": "claim",
    "connections": "connectionId",
    "metrics": "metric",
    "messages": "id",
    "feeds": "id",
    "sessions": "id",
}
tables = {
    name: aws.dynamodb.Table(
        name,
        name=f"small-{name}",
        billing_mode="PAY_PER_REQUEST",
        hash_key=key,
        attributes=[{"name": key, "type": "S"}],
        ttl={"attribute_name": "expires_at", "enabled": True},
        stream_enabled=name == "events",
        stream_view_type="NEW_IMAGE" if name == "events" else None,
    )
    for name, key in names.items()
}
role = aws.iam.Role(
    "role",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)
group = aws.cloudwatch.LogGroup("echo", name="/aws/lambda/small-echo", retention_in_days=7)
policy = aws.iam.RolePolicy(
    "role",
    role=role.name,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["logs:PutLogEvents", "logs:CreateLogStream"],
                    "Resource": group.arn.apply("{}:*".format),
                }
            ],
        }
    ),
)
code = pulumi.AssetArchive({"echo.py": pulumi.StringAsset(config.get("handler") or HANDLER)})
echo = aws.lambda_.Function(
    "echo",
    name="small-echo",
    role=role.arn,
    runtime="python3.13",
    handler="echo.handler",
    code=code,
    timeout=config.get_int("timeout") or 10,
    memory_size=256,
    environment={"variables": {"TABLE": tables["events"].name}},
    logging_config={"log_format": "JSON", "log_group": group.name},
)
queue = aws.sqs.Queue("failures", name="small-failures", message_retention_seconds=1_209_600)
aws.lambda_.EventSourceMapping(
    "mapping",
    event_source_arn=tables["events"].stream_arn,
    function_name=echo.arn,
    starting_position="TRIM_HORIZON",
    batch_size=100,
    maximum_retry_attempts=3,
    destination_config={"on_failure": {"destination_arn": queue.arn}},
    filter_criteria={"filters": [{"pattern": json.dumps({"eventName": ["INSERT"]})}]},
)
api = aws.apigatewayv2.Api(
    "api", name="small", protocol_type="WEBSOCKET", route_selection_expression="$request.body.type"
)
integration = aws.apigatewayv2.Integration(
    "echo", api_id=api.id, integration_type="AWS_PROXY", integration_uri=echo.invoke_arn
)
routes = ["$connect", "$default", *json.loads(config.get("routes") or "[]")]
for key in routes:
    aws.apigatewayv2.Route(
        key, api_id=api.id, route_key=key, target=integration.id.apply("integrations/{}".format)
    )
stage = aws.apigatewayv2.Stage(
    "stage",
    api_id=api.id,
    name="prod",
    default_route_settings={"throttling_rate_limit": 10, "throttling_burst_limit": 5},
)
if config.get("identity") == "cognito":
    pool = aws.cognito.UserPool(
        "pool",
        name="small-users",
        username_attributes=json.loads(config.get("usernames") or '["email"]'),
        password_policy={"minimum_length": config.get_int("passwordLength") or 12},
        admin_create_user_config={"allow_admin_create_user_only": True},
    )
    client = aws.cognito.UserPoolClient(
        "client",
        name="small-client",
        user_pool_id=pool.id,
        generate_secret=False,
        explicit_auth_flows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        access_token_validity=config.get_int("tokenSeconds") or 3_600,
        token_validity_units={"access_token": "seconds"},
    )
    http = aws.apigatewayv2.Api(
        "http",
        name="small-http",
        protocol_type="HTTP",
        cors_configuration={"allow_origins": ["https://a.example"], "allow_methods": ["POST"], "max_age": 60},
    )
    tokens = aws.apigatewayv2.Authorizer(
        "tokens",
        name="small-tokens",
        api_id=http.id,
        authorizer_type="JWT",
        identity_sources=["$request.header.Authorization"],
        jwt_configuration={
            "audiences": [client.id],
            "issuer": pool.id.apply(f"https://cognito-idp.{region}.amazonaws.com/{{}}".format),
        },
    )
    proxy = aws.apigatewayv2.Integration(
        "proxy",
        api_id=http.id,
        integration_type="AWS_PROXY",
        integration_uri=echo.invoke_arn,
        payload_format_version="2.0",
    )
    aws.apigatewayv2.Route(
        "tickets",
        api_id=http.id,
        route_key="POST /tickets",
        target=proxy.id.apply("integrations/{}".format),
        authorization_type="JWT",
        authorizer_id=tokens.id,
    )
    aws.apigatewayv2.Stage(
        "default",
        api_id=http.id,
        name="$default",
        auto_deploy=True,
        default_route_settings={"throttling_rate_limit": 10, "throttling_burst_limit": 5},
    )
    pulumi.export("user_pool_id", pool.id)
    pulumi.export("user_pool_client_ids", [client.id])
    pulumi.export(
        "ticket_url", pulumi.Output.format("{0}/_aws/execute-api/{1}/$default/tickets", endpoint, http.id)
    )
if config.get("unknown"):
    aws.kinesis.Stream("unknown")

for name, table in tables.items():
    pulumi.export(f"{name}_table", table.name)
pulumi.export("region", region)
pulumi.export(
    "websocket_url",
    pulumi.Output.format("{0}/_aws/execute-api/{1}/prod", endpoint.replace("http", "ws"), api.id),
)
pulumi.export("management_endpoint", pulumi.Output.format("{0}/_aws/execute-api/{1}/prod", endpoint, api.id))
pulumi.export("connection_manager_function", echo.name)
