"""The WebSocket API, made in two steps: its functions need its address, and its routes need the functions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

import pulumi
import pulumi_aws as aws

from functions import names
from infra.functions.function import Function
from infra.gateway.custom_domain import CustomDomain, CustomDomainArgs
from infra.gateway.gateway_logs import ACCESS_LOG_FORMAT, GatewayLogs
from infra.gateway.routes import FunctionRoute, MockRoute, RouteMaker
from infra.gateway.snapshot import Snapshot
from infra.naming import Naming
from infra.policy import Statement, open_ended
from infra.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class WebSocketApiArgs:
    """
    What the API is.

    Parameters
    ----------
    naming
        The names of the stack.
    settings
        The settings of the stack.
    """

    naming: Naming
    settings: Settings


class WebSocketApi(pulumi.ComponentResource):
    """
    An API whose routes are chosen by a frame's type, and its one stage.

    A route that is *removed* is deleted after the new deployment was made, whose snapshot keeps it then.
    ``pulumi up --replace '**::api-deployment'`` makes another without it.

    Attributes
    ----------
    api_id
        The API.
    websocket_url
        Where clients connect: the custom domain where there is one.
    management_endpoint
        Where ``@connections`` is called: the gateway's own address, never the custom domain.
    domain_outputs
        What the program exports of the custom domain; nothing without one.
    """

    def __init__(self, name: str, args: WebSocketApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:WebSocketApi", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        self._api = aws.apigatewayv2.Api(
            f"{name}-api",
            name=args.naming.of(),
            protocol_type="WEBSOCKET",
            # the default is the one of HTTP APIs
            route_selection_expression=names.ROUTE_SELECTION,
            # also beside a custom domain: callbacks are called there, and nowhere else
            disable_execute_api_endpoint=False,
            opts=self._here,
        )
        self.api_id = self._api.id
        base = _base_url(self._api, args.settings.endpoint)
        stage = args.settings.api.stage
        self.management_endpoint = base.apply(lambda url: f"{url}/{stage}")
        self.websocket_url = self._websocket_url(base, stage)
        self.domain_outputs: dict[str, object] = {}

    def _websocket_url(self, base: pulumi.Output[str], stage: str) -> pulumi.Output[str]:
        domain = self._args.settings.domain.name
        if domain is not None:
            return pulumi.Output.from_input(f"wss://{domain}")
        return base.apply(lambda url: f"ws{url.removeprefix('http')}/{stage}")

    def grant_manage_connections(self, function: Function, *methods: str) -> None:
        """Let a function call ``@connections`` of the stage: POST sends, GET asks, DELETE closes."""
        stage = self._args.settings.api.stage
        arns = [
            open_ended(self._api.execution_arn, f"/{stage}/{method}/@connections/*") for method in methods
        ]
        function.grant("manage-connections", Statement(["execute-api:ManageConnections"], arns))

    def serve(self, routes: Sequence[FunctionRoute | MockRoute], authorizer: Function) -> None:
        """Make the routes and deploy them, with `authorizer` asked on the routes that are authorized."""
        snapshot = Snapshot()
        authorizer_id = self._authorizer(authorizer, snapshot)
        maker = RouteMaker(self.pulumi_resource_name, self._api, snapshot, self._here)
        for route in routes:
            match route:
                case FunctionRoute():
                    maker.function_route(route, authorizer_id)
                    self._permit(route)
                case MockRoute():
                    maker.mock_route(route)
                case _:
                    assert_never(route)
        deployment = aws.apigatewayv2.Deployment(
            f"{self.pulumi_resource_name}-deployment",
            api_id=self._api.id,
            # it waits for all that the fingerprint is taken of
            triggers={"fingerprint": snapshot.fingerprint()},
            opts=self._here,
        )
        stage = self._stage(deployment)
        domain = self._args.settings.domain
        if domain.name is not None and domain.certificate_arn is not None:
            args = CustomDomainArgs(
                domain.name, domain.certificate_arn, domain.hosted_zone_id, self._api.id, stage.name
            )
            name = f"{self.pulumi_resource_name}-domain"
            self.domain_outputs = CustomDomain(name, args, opts=self._here).outputs
        self.register_outputs(
            {"websocket_url": self.websocket_url, "management_endpoint": self.management_endpoint}
        )

    def _authorizer(self, function: Function, snapshot: Snapshot) -> pulumi.Output[str]:
        args = aws.apigatewayv2.AuthorizerArgs(
            api_id=self._api.id,
            name=self._args.naming.of("authorizer"),
            authorizer_type="REQUEST",
            authorizer_uri=function.invoke_arn,
            # every listed source would be required: with none the function itself decides
            identity_sources=[],
        )
        authorizer = snapshot.add(
            aws.apigatewayv2.Authorizer(f"{self.pulumi_resource_name}-authorizer", args, opts=self._here),
            args,
        )
        self._permit_source(
            "authorizer",
            function,
            pulumi.Output.concat(self._api.execution_arn, "/authorizers/", authorizer.id),
        )
        return authorizer.id

    def _permit(self, route: FunctionRoute) -> None:
        path = f"/{self._args.settings.api.stage}/{route.key}"
        self._permit_source(
            route.key.lstrip("$"), route.function, pulumi.Output.concat(self._api.execution_arn, path)
        )

    def _permit_source(self, what: str, function: Function, source_arn: pulumi.Output[str]) -> None:
        aws.lambda_.Permission(
            f"{self.pulumi_resource_name}-{what}-permission",
            action="lambda:InvokeFunction",
            function=function.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=source_arn,
            opts=self._here,
        )

    def _stage(self, deployment: aws.apigatewayv2.Deployment) -> aws.apigatewayv2.Stage:
        settings = self._args.settings.api
        name, logs = self.pulumi_resource_name, None
        if settings.access_logs:
            logs = GatewayLogs(f"{name}-logs", self._args.naming, self._args.settings, opts=self._here)
        return aws.apigatewayv2.Stage(
            f"{name}-stage",
            api_id=self._api.id,
            name=settings.stage,
            deployment_id=deployment.id,
            # both, always: with one missing its rate is zero and everybody gets 429
            default_route_settings=aws.apigatewayv2.StageDefaultRouteSettingsArgs(
                throttling_rate_limit=settings.throttling_rate,
                throttling_burst_limit=settings.throttling_burst,
            ),
            access_log_settings=aws.apigatewayv2.StageAccessLogSettingsArgs(
                destination_arn=logs.group_arn, format=json.dumps(ACCESS_LOG_FORMAT)
            )
            if logs
            else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs] if logs else None),
        )


def _base_url(api: aws.apigatewayv2.Api, endpoint: str | None) -> pulumi.Output[str]:
    """Give the API's https URL; the provider computes AWS's own even for an emulator."""
    if endpoint is not None:
        return pulumi.Output.concat(endpoint, "/_aws/execute-api/", api.id)
    return api.api_endpoint.apply(lambda url: f"http{url.removeprefix('ws')}")
