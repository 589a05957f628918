"""The kinds of routes that a WebSocket API has, and how each is made."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.functions.function import Function
from infra.gateway.snapshot import Snapshot
from infra.settings.sizes import MAX_ROUTE_SECONDS

DEFAULT = "$default"
"""The key of the one response of a route or an integration, and of its one template."""
DEFAULT_TEMPLATE = r"\$default"
"""Selects that template always: a selection expression wants the constant escaped."""


@dataclass(frozen=True, slots=True)
class FunctionRoute:
    """
    A route that a function answers.

    Parameters
    ----------
    key
        The route key.
    function
        The function.
    two_way
        Whether what the function returns is sent to the client; an empty body would be an empty frame.
    authorized
        Whether the authorizer is asked first; AWS takes one on ``$connect`` only.
    """

    key: str
    function: Function
    two_way: bool = False
    authorized: bool = False


@dataclass(frozen=True, slots=True)
class MockRoute:
    """
    A route that the gateway answers by itself.

    Parameters
    ----------
    key
        The route key.
    answer
        What the client gets.
    """

    key: str
    answer: str


class RouteMaker:
    """
    Makes the routes of one API, each recorded in the snapshot that is deployed.

    Parameters
    ----------
    name
        What the names of the routes begin with.
    api
        The API.
    snapshot
        The record.
    here
        The options of everything made.
    """

    def __init__(
        self, name: str, api: aws.apigatewayv2.Api, snapshot: Snapshot, here: pulumi.ResourceOptions
    ) -> None:
        self._name = name
        self._api = api
        self._snapshot = snapshot
        self._here = here
        self._integrations: dict[Function, aws.apigatewayv2.Integration] = {}

    def function_route(self, route: FunctionRoute, authorizer_id: pulumi.Input[str]) -> None:
        """Make a route to a function; the routes to one function share an integration."""
        integration = self._integrations.get(route.function)
        if integration is None:
            integration = self._integrations[route.function] = self._proxy(route)
        response = DEFAULT if route.two_way else None
        args = aws.apigatewayv2.RouteArgs(
            api_id=self._api.id,
            route_key=route.key,
            target=pulumi.Output.concat("integrations/", integration.id),
            authorization_type="CUSTOM" if route.authorized else "NONE",
            authorizer_id=authorizer_id if route.authorized else None,
            route_response_selection_expression=response,
        )
        self._route(args, two_way=route.two_way, name=f"{self._name}-{route.key.lstrip('$')}")

    def mock_route(self, route: MockRoute) -> None:
        """Make a route that runs nothing; only a whole request and response mapping gets an answer out."""
        name = f"{self._name}-{route.key}"
        integration_args = aws.apigatewayv2.IntegrationArgs(
            api_id=self._api.id,
            integration_type="MOCK",
            template_selection_expression=DEFAULT_TEMPLATE,
            request_templates={DEFAULT: '{"statusCode": 200}'},
        )
        integration = self._snapshot.add(
            aws.apigatewayv2.Integration(f"{name}-integration", integration_args, opts=self._here),
            integration_args,
        )
        answer_args = aws.apigatewayv2.IntegrationResponseArgs(
            api_id=self._api.id,
            integration_id=integration.id,
            integration_response_key=DEFAULT,
            template_selection_expression=DEFAULT_TEMPLATE,
            response_templates={DEFAULT: route.answer},
        )
        self._snapshot.add(
            aws.apigatewayv2.IntegrationResponse(f"{name}-answer", answer_args, opts=self._here), answer_args
        )
        args = aws.apigatewayv2.RouteArgs(
            api_id=self._api.id,
            route_key=route.key,
            target=pulumi.Output.concat("integrations/", integration.id),
            authorization_type="NONE",
            route_response_selection_expression=DEFAULT,
        )
        self._route(args, two_way=True, name=name)

    def _proxy(self, route: FunctionRoute) -> aws.apigatewayv2.Integration:
        args = aws.apigatewayv2.IntegrationArgs(
            api_id=self._api.id,
            integration_type="AWS_PROXY",
            integration_method="POST",
            integration_uri=route.function.invoke_arn,
            timeout_milliseconds=MAX_ROUTE_SECONDS * 1_000,
        )
        name = f"{self._name}-{route.function.pulumi_resource_name}-integration"
        return self._snapshot.add(aws.apigatewayv2.Integration(name, args, opts=self._here), args)

    def _route(self, args: aws.apigatewayv2.RouteArgs, *, two_way: bool, name: str) -> None:
        route = self._snapshot.add(aws.apigatewayv2.Route(f"{name}-route", args, opts=self._here), args)
        if two_way:
            response = aws.apigatewayv2.RouteResponseArgs(
                api_id=self._api.id, route_id=route.id, route_response_key=DEFAULT
            )
            self._snapshot.add(
                aws.apigatewayv2.RouteResponse(f"{name}-response", response, opts=self._here), response
            )
