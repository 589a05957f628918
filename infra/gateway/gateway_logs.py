"""Where API Gateway writes its access log, and the role that it writes with."""

import pulumi
import pulumi_aws as aws

from infra import policy
from infra.naming import Naming
from infra.settings.settings import GatewayLogsRole, Settings

ACCESS_LOG_FORMAT = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTimeEpoch",
    "eventType": "$context.eventType",
    "routeKey": "$context.routeKey",
    "connectionId": "$context.connectionId",
    "status": "$context.status",
    "ip": "$context.identity.sourceIp",
    "error": "$context.error.message",
    "authorizerError": "$context.authorizer.error",
    "integrationError": "$context.integrationErrorMessage",
    "integrationLatency": "$context.integrationLatency",
}
"""One line for each frame; no part of the query string, which may hold what a client proves itself with."""

PUSH_TO_CLOUDWATCH = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
"""AWS's own policy: API Gateway refuses a role that may do less."""


class GatewayLogs(pulumi.ComponentResource):
    """
    A log group and, where the settings say so, the account's role.

    Attributes
    ----------
    group_arn
        Where the stage writes.
    """

    def __init__(
        self, name: str, naming: Naming, settings: Settings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:GatewayLogs", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        group = aws.cloudwatch.LogGroup(
            f"{name}-group",
            name=f"/aws/apigateway/{naming.of()}",
            retention_in_days=settings.functions.log_retention_days,
            opts=here,
        )
        self.group_arn = group.arn
        if settings.api.gateway_logs_role is GatewayLogsRole.MANAGE:
            self._account_role(name)
        self.register_outputs({"group_arn": self.group_arn})

    def _account_role(self, name: str) -> None:
        # every stack of the account logs with it: it stays when this one goes
        stays = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        role = aws.iam.Role(
            f"{name}-role", assume_role_policy=policy.trust("apigateway.amazonaws.com"), opts=stays
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{name}-may-push", role=role.name, policy_arn=PUSH_TO_CLOUDWATCH, opts=stays
        )
        aws.apigateway.Account(
            f"{name}-account",
            cloudwatch_role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True, depends_on=[attachment]),
        )
