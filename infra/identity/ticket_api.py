"""The HTTP API where the bearer of a token gets a ticket: no page can send a header with a WebSocket."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from functions import names
from infra.functions.function import Function, FunctionArgs, Runtime
from infra.identity.user_directory import UserDirectory
from infra.settings.sizes import MAX_ROUTE_SECONDS
from infra.tables.event_store import EventStore

STAGE = "$default"
"""The stage whose name is not part of the URL."""

ACCESS_LOG_FORMAT = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTimeEpoch",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "ip": "$context.identity.sourceIp",
    "error": "$context.error.message",
    "authorizerError": "$context.authorizer.error",
    "integrationError": "$context.integrationErrorMessage",
    "integrationLatency": "$context.integrationLatency",
}
"""One line for each request; no header and no query string, as either may hold a token."""


@dataclass(frozen=True, slots=True)
class TicketApiArgs:
    """
    What the API issues tickets for.

    Parameters
    ----------
    store
        The claims among which the tickets are.
    directory
        Whose tokens are taken.
    """

    store: EventStore
    directory: UserDirectory


class TicketApi(pulumi.ComponentResource):
    """
    An API with one route, its authorizer, which the gateway itself is, and its function.

    Attributes
    ----------
    api_id
        The API.
    url
        Where a ticket is asked for.
    function
        What issues it.
    """

    def __init__(
        self, name: str, runtime: Runtime, args: TicketApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("airium:realtime:TicketApi", name, None, opts)
        self._runtime = runtime
        self._here = pulumi.ResourceOptions(parent=self)
        self.function = Function(
            "ticket",
            runtime,
            FunctionArgs(
                handler=names.TICKET,
                size=runtime.settings.functions.sizes.ticket,
                environment={
                    names.CLAIMS_TABLE: args.store.claims_table,
                    # the gateway looks at the client and takes both kinds
                    names.IDENTITY_USE: runtime.settings.users.token_use.value,
                },
            ),
            opts=self._here,
        )
        args.store.grant_issue(self.function)
        self._api = aws.apigatewayv2.Api(
            f"{name}-api",
            name=runtime.naming.of("tickets"),
            protocol_type="HTTP",
            cors_configuration=self._cors(),
            opts=self._here,
        )
        self.api_id = self._api.id
        self._route(name, args.directory)
        self._stage(name)
        method, path = names.ROUTE_TICKETS.split()
        self.url = pulumi.Output.concat(_base_url(self._api, runtime.settings.endpoint), path)
        aws.lambda_.Permission(
            f"{name}-permission",
            action="lambda:InvokeFunction",
            function=self.function.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(self._api.execution_arn, f"/{STAGE}/{method}{path}"),
            opts=self._here,
        )
        self.register_outputs({"url": self.url})

    def _cors(self) -> aws.apigatewayv2.ApiCorsConfigurationArgs | None:
        tickets = self._runtime.settings.tickets
        if not tickets.origins:
            return None
        return aws.apigatewayv2.ApiCorsConfigurationArgs(
            allow_origins=list(tickets.origins),
            allow_methods=[names.ROUTE_TICKETS.split()[0]],
            # the token is sent as a header by the page itself, never by the browser as a cookie
            allow_headers=list(dict.fromkeys(("authorization", *tickets.headers))),
            allow_credentials=False,
            max_age=3_600,
        )

    def _route(self, name: str, directory: UserDirectory) -> None:
        authorizer = aws.apigatewayv2.Authorizer(
            f"{name}-authorizer",
            api_id=self._api.id,
            name=self._runtime.naming.of("tokens"),
            authorizer_type="JWT",
            identity_sources=["$request.header.Authorization"],
            jwt_configuration=aws.apigatewayv2.AuthorizerJwtConfigurationArgs(
                issuer=directory.issuer, audiences=directory.client_ids
            ),
            opts=self._here,
        )
        integration = aws.apigatewayv2.Integration(
            f"{name}-integration",
            api_id=self._api.id,
            integration_type="AWS_PROXY",
            integration_method="POST",
            integration_uri=self.function.invoke_arn,
            payload_format_version="2.0",
            timeout_milliseconds=MAX_ROUTE_SECONDS * 1_000,
            opts=self._here,
        )
        aws.apigatewayv2.Route(
            f"{name}-route",
            api_id=self._api.id,
            route_key=names.ROUTE_TICKETS,
            target=pulumi.Output.concat("integrations/", integration.id),
            authorization_type="JWT",
            authorizer_id=authorizer.id,
            opts=self._here,
        )

    def _stage(self, name: str) -> None:
        settings = self._runtime.settings.tickets
        aws.apigatewayv2.Stage(
            f"{name}-stage",
            api_id=self._api.id,
            name=STAGE,
            auto_deploy=True,
            # both, always: with one missing its rate is zero and everybody gets 429
            default_route_settings=aws.apigatewayv2.StageDefaultRouteSettingsArgs(
                throttling_rate_limit=settings.throttling_rate,
                throttling_burst_limit=settings.throttling_burst,
            ),
            access_log_settings=self._access_logs(name),
            opts=self._here,
        )

    def _access_logs(self, name: str) -> aws.apigatewayv2.StageAccessLogSettingsArgs | None:
        """Write them where the settings say so: an HTTP API needs no role for that."""
        settings = self._runtime.settings
        if not settings.api.access_logs:
            return None
        group = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/apigateway/{self._runtime.naming.of('tickets')}",
            retention_in_days=settings.functions.log_retention_days,
            opts=self._here,
        )
        return aws.apigatewayv2.StageAccessLogSettingsArgs(
            destination_arn=group.arn, format=json.dumps(ACCESS_LOG_FORMAT)
        )


def _base_url(api: aws.apigatewayv2.Api, endpoint: str | None) -> pulumi.Output[str]:
    """Give the stage's URL; the provider computes AWS's own even for an emulator, which names the stage."""
    if endpoint is None:
        return api.api_endpoint
    return pulumi.Output.concat(endpoint, "/_aws/execute-api/", api.id, f"/{STAGE}")
