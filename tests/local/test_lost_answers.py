"""A request can be carried out although its answer is lost: the deployment goes on all the same."""

import functools
from dataclasses import replace

import pytest
from pulumi.runtime import MockResourceArgs

from local import emulator
from local.cloud import Cloud
from local.deployer import Deployer
from local.prune import Deployed, prune
from local.resources.registry import CREATORS, REMOVERS, Made
from local.stackfile import ROOT
from local.state import StateDir
from tests.local.answering import Answering, Losing
from tests.local.examples import API, EXAMPLES, LAYER, example

UNNAMED = ("aws:apigatewayv2/deployment:Deployment", "aws:apigatewayv2/integration:Integration")
"""What has no name, so that one may be left over which nobody uses."""
NAMED_PARTS = {each for each in CREATORS if each.startswith("aws:apigatewayv2/")} - {API, *UNNAMED}
"""The parts of an API, which is made anew each time."""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    state = StateDir(tmp_path_factory.mktemp("emulator"))
    running = emulator.start(state, emulator.free_port(), "us-east-1", keep=False)
    try:
        yield Cloud(running.endpoint, "us-east-1", attempts=1)
    finally:
        emulator.stop(state, running)


@pytest.fixture(scope="module")
def losing(cloud):
    return Losing(cloud)


def needed(cloud, name):
    """What makes the examples of other types that one needs, each once for each name."""

    @functools.cache
    def need(type_: str) -> Made:
        return CREATORS[type_](cloud, example(type_, name, need))

    return need


def create(cloud, wanted):
    deployer = Deployer(cloud, ROOT)
    made, _ = deployer.new_resource(MockResourceArgs(wanted.type, wanted.name, wanted.inputs, custom=True))
    return made


def listed(cloud, type_, wanted):
    """All of a kind within the example's own API."""
    kind = f"{type_.rpartition(':')[2]}s"
    inputs = {
        key: value for key, value in wanted.inputs.items() if key in {"apiId", "routeId", "integrationId"}
    }
    return cloud.call("apigatewayv2", f"Get{kind}", inputs)["Items"]


def test_there_is_an_example_of_every_type():
    assert EXAMPLES.keys() == CREATORS.keys()


@pytest.mark.parametrize("type_", sorted(CREATORS))
def test_whichever_answer_is_lost_the_resource_is_made(cloud, losing, type_):
    kind = type_.rpartition(":")[2]
    wanted = example(type_, kind, needed(cloud, kind))
    losing.lose(None)
    create(cloud, wanted)
    requests = len(losing.sent)

    for index in range(requests):
        name = f"{kind}{index}"
        wanted = example(type_, name, needed(cloud, name))
        losing.lose(index)
        made = create(cloud, wanted)

        assert len(losing.sent) > index + 1
        if type_ in NAMED_PARTS:
            assert len(listed(cloud, type_, wanted)) == 1
        elif type_ not in UNNAMED:
            assert create(cloud, wanted) == made


@pytest.mark.parametrize(
    ("type_", "sent"),
    [
        ("Authorizer", ["GetAuthorizers", "CreateAuthorizer"]),
        ("IntegrationResponse", ["GetIntegrationResponses", "CreateIntegrationResponse"]),
        ("Route", ["GetRoutes", "CreateRoute"]),
        ("RouteResponse", ["GetRouteResponses", "CreateRouteResponse"]),
        ("Stage", ["DeleteStage", "CreateStage"]),
    ],
)
def test_a_part_of_an_api_that_may_be_there_is_deleted_before_it_is_made(type_, sent):
    aws = Answering()
    (part,) = [each for each in NAMED_PARTS if each.endswith(f":{type_}")]
    wanted = example(part, "part", lambda _: Made("id", {"invokeArn": "arn"}))

    CREATORS[part](aws.cloud(), replace(wanted, repeated=True))

    assert aws.sent == sent


def test_a_layer_whose_answer_was_lost_is_published_once(cloud, losing):
    wanted = example(LAYER, "once", needed(cloud, "once"))
    losing.lose(1)

    create(cloud, wanted)

    assert len(cloud.client("lambda").list_layer_versions(LayerName="once")["LayerVersions"]) == 1


@pytest.mark.parametrize("type_", sorted(REMOVERS))
def test_whichever_answer_is_lost_the_resource_is_removed(cloud, losing, type_):
    kind = type_.rpartition(":")[2]
    need = needed(cloud, f"{kind}-removed")
    before = [Deployed(type_, kind, need(type_).id)]
    losing.lose(0)

    prune(cloud, before, [])

    losing.lose(None)
    prune(cloud, before, [])
