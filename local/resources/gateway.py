"""The API Gateway: APIs and what belongs to them."""

import contextlib
import hashlib
from typing import Any

from local.cloud import Cloud
from local.resources.registry import Made, Wanted, creates, removes

_TAGS = ("tags", "tagsAll")


@creates("aws:apigatewayv2/api:Api")
def api(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the API anew under an id that depends on its name only.

    So its URL stays from one deployment to the next, routes that the program has no more vanish with
    the old one, and open sockets live on.
    """
    client = cloud.client("apigatewayv2")
    name = wanted.physical(128)
    pinned = hashlib.sha256(name.encode()).hexdigest()[:8]
    with contextlib.suppress(client.exceptions.NotFoundException):
        client.delete_api(ApiId=pinned)
    tags = {**wanted.inputs.get("tags", {}), "ms-custom-id": pinned}
    made = cloud.call(
        "apigatewayv2", "CreateApi", wanted.inputs, without=(*_TAGS, "name"), Name=name, Tags=tags
    )
    return Made(
        id=pinned,
        outputs={
            "name": name,
            "apiEndpoint": made["ApiEndpoint"],
            "arn": f"arn:aws:apigateway:{cloud.region}::/apis/{pinned}",
            "executionArn": cloud.arn("execute-api", pinned),
        },
    )


@removes("aws:apigatewayv2/api:Api")
def remove_api(cloud: Cloud, identifier: str) -> None:
    """Delete the API with all that belongs to it."""
    cloud.client("apigatewayv2").delete_api(ApiId=identifier)


@creates("aws:apigatewayv2/integration:Integration")
def integration(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the integration."""
    made = cloud.call(
        "apigatewayv2",
        "CreateIntegration",
        wanted.inputs,
        rename={"timeoutMilliseconds": "timeoutInMillis"},
    )
    return Made(id=made["IntegrationId"])


@creates("aws:apigatewayv2/integrationResponse:IntegrationResponse")
def integration_response(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the integration's response."""
    made = cloud.call("apigatewayv2", "CreateIntegrationResponse", wanted.inputs)
    return Made(id=made["IntegrationResponseId"])


@creates("aws:apigatewayv2/authorizer:Authorizer")
def authorizer(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the authorizer.

    Without identity sources the emulator would ask for an Authorization header: an empty list is sent.
    """
    inputs: dict[str, Any] = {"identitySources": [], **wanted.inputs}
    name = wanted.physical(128)
    made = cloud.call(
        "apigatewayv2",
        "CreateAuthorizer",
        inputs,
        rename={"identitySources": "identitySource", "audiences": "audience"},
        without=("name",),
        Name=name,
    )
    return Made(id=made["AuthorizerId"], outputs={"name": name})


@creates("aws:apigatewayv2/route:Route")
def route(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the route."""
    return Made(id=cloud.call("apigatewayv2", "CreateRoute", wanted.inputs)["RouteId"])


@creates("aws:apigatewayv2/routeResponse:RouteResponse")
def route_response(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the route's response."""
    return Made(id=cloud.call("apigatewayv2", "CreateRouteResponse", wanted.inputs)["RouteResponseId"])


@creates("aws:apigatewayv2/deployment:Deployment")
def deployment(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the deployment; its triggers mean something to Pulumi's engine only."""
    made = cloud.call("apigatewayv2", "CreateDeployment", wanted.inputs, without=("triggers",))
    return Made(id=made["DeploymentId"])


@creates("aws:apigatewayv2/stage:Stage")
def stage(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the stage."""
    name = wanted.physical(128)
    identifier = wanted.inputs["apiId"]
    inputs = {
        **wanted.inputs,
        "routeSettings": {
            each["routeKey"]: _settings(each) for each in wanted.inputs.get("routeSettings", ())
        },
    }
    cloud.call(
        "apigatewayv2",
        "CreateStage",
        inputs,
        without=(*_TAGS, "name"),
        StageName=name,
    )
    return Made(
        id=name,
        outputs={
            "name": name,
            "arn": f"arn:aws:apigateway:{cloud.region}::/apis/{identifier}/stages/{name}",
            "executionArn": cloud.arn("execute-api", f"{identifier}/{name}"),
            "invokeUrl": f"{cloud.endpoint}/_aws/execute-api/{identifier}/{name}",
        },
    )


@creates("aws:apigateway/account:Account")
def account(_cloud: Cloud, _wanted: Wanted) -> Made:
    """Nothing to do: the emulator's gateway writes its logs without a role."""
    return Made(id="api-gateway-account")


def _settings(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "routeKey"}
