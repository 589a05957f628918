"""The API Gateway: APIs and what belongs to them.

An API is made anew by each deployment, and with it all that belongs to it. Where the answer to a request was
lost, what it may have made is deleted before the next: nothing refers to it yet. Integrations and
deployments have no name by which it could be found; one that nobody uses does nothing, and goes with its API.
"""

import hashlib
from typing import Any

from local.answers import ignoring
from local.cloud import Cloud
from local.resources.registry import Made, Wanted, creates, removes

_ABSENT = "NotFoundException"
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
    with ignoring(_ABSENT):
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
    _delete_unanswered(cloud, wanted, "IntegrationResponse", "integrationResponseKey", "integrationId")
    made = cloud.call("apigatewayv2", "CreateIntegrationResponse", wanted.inputs)
    return Made(id=made["IntegrationResponseId"])


@creates("aws:apigatewayv2/authorizer:Authorizer")
def authorizer(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the authorizer.

    Without identity sources the emulator would ask for an Authorization header: an empty list is sent.
    """
    inputs: dict[str, Any] = {"identitySources": [], **wanted.inputs}
    name = wanted.physical(128)
    _delete_unanswered(cloud, wanted, "Authorizer", "name")
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
    _delete_unanswered(cloud, wanted, "Route", "routeKey")
    return Made(id=cloud.call("apigatewayv2", "CreateRoute", wanted.inputs)["RouteId"])


@creates("aws:apigatewayv2/routeResponse:RouteResponse")
def route_response(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the route's response."""
    _delete_unanswered(cloud, wanted, "RouteResponse", "routeResponseKey", "routeId")
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
    if wanted.repeated:
        with ignoring(_ABSENT):
            cloud.client("apigatewayv2").delete_stage(ApiId=identifier, StageName=name)
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


def _delete_unanswered(cloud: Cloud, wanted: Wanted, kind: str, key: str, parent: str | None = None) -> None:
    """Delete what a request has made whose answer was lost; ``key`` is the input that names it."""
    if not wanted.repeated:
        return
    within = {_member(name): wanted.inputs[name] for name in ("apiId", parent) if name}
    for each in cloud.call("apigatewayv2", f"Get{kind}s", **within)["Items"]:
        if each.get(_member(key)) == wanted.inputs.get(key, wanted.name):
            cloud.call("apigatewayv2", f"Delete{kind}", **within, **{f"{kind}Id": each[f"{kind}Id"]})


def _member(name: str) -> str:
    """The request's name of an input."""
    return name[0].upper() + name[1:]


def _settings(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "routeKey"}
