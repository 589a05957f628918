"""Channels of the embedded AWS: what the functions publish reaches whoever the functions' code subscribes."""

import asyncio
import functools
from dataclasses import replace

import pytest
from botocore.credentials import Credentials

from functions.aws import clients
from functions.aws.events_api.authorizations import signing
from functions.aws.events_api.subscribing import subscribed
from functions.domain.refusals import Unavailable
from local import emulator
from local.cloud import ACCESS_KEY, Cloud
from local.resources.registry import CREATORS, REMOVERS, Made
from local.state import StateDir
from tests.local.examples import EVENTS_API, example

NAMESPACE = "aws:appsync/channelNamespace:ChannelNamespace"
REGION = "us-east-1"
ROOT = Credentials(ACCESS_KEY, ACCESS_KEY)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    state = StateDir(tmp_path_factory.mktemp("emulator"))
    running = emulator.start(state, emulator.free_port(), REGION, keep=False)
    try:
        yield Cloud(running.endpoint, REGION)
    finally:
        emulator.stop(state, running)


@pytest.fixture(scope="module")
def need(cloud):
    @functools.cache
    def make(type_: str) -> Made:
        return CREATORS[type_](cloud, example(type_, "voice", make))

    return make


@pytest.fixture(scope="module")
def hosts(need):
    need(NAMESPACE)
    return need(EVENTS_API).outputs["dns"]


def heard(cloud, hosts, channel, publish, wanted):
    """What a subscriber of a channel hears of what is published, up to so many events."""

    async def hear():
        signed = signing(ROOT, hosts["HTTP"], REGION)
        async with subscribed(hosts["REALTIME"], signed, channel, cloud.endpoint) as events:
            await asyncio.to_thread(publish)
            return [event async for event, _ in _first(events, wanted)]

    return asyncio.run(asyncio.wait_for(hear(), 10))


async def _first(events, wanted):
    for left in range(wanted):
        yield await anext(events), left


def test_what_is_published_to_a_channel_reaches_who_subscribed_to_it(cloud, hosts):
    publisher = clients.events(hosts["HTTP"], REGION, cloud.endpoint)

    def publish():
        publisher.publish("/voice/b/1", [b'"not this channel"'])
        publisher.publish("/voice/a/1", ['{"said":"\u00e4 \\" b"}'.encode(), b'{"n":2}'])

    told = heard(cloud, hosts, "/voice/a/1", publish, 2)

    assert told == ['{"said":"\u00e4 \\" b"}', '{"n":2}']


@pytest.mark.parametrize("channel", ["/other/a", "/voice/-a", "/voice/a/b/c/d/e"])
def test_no_other_channel_takes_anything(cloud, hosts, channel):
    with pytest.raises(Unavailable):
        clients.events(hosts["HTTP"], REGION, cloud.endpoint).publish(channel, [b"1"])


def test_a_namespace_that_is_not_there_cannot_be_subscribed_to(cloud, hosts):
    with pytest.raises(Unavailable) as told:
        heard(cloud, hosts, "/other/a", lambda: None, 0)

    assert told.value.problem == "UnauthorizedException of Subscribe"


def test_a_deployment_keeps_the_api_and_its_hosts(cloud, need):
    again = CREATORS[EVENTS_API](cloud, example(EVENTS_API, "voice", need))

    assert again == need(EVENTS_API)


def test_what_a_namespace_allows_is_brought_up_to_date(cloud, need):
    wanted = example(NAMESPACE, "voice", need)
    asked = replace(wanted, inputs={**wanted.inputs, "subscribeAuthModes": [{"authType": "AWS_LAMBDA"}]})

    CREATORS[NAMESPACE](cloud, asked)

    ask = cloud.client("appsync").get_channel_namespace
    found = ask(apiId=need(EVENTS_API).id, name="voice")["channelNamespace"]
    CREATORS[NAMESPACE](cloud, wanted)
    assert found["subscribeAuthModes"] == [{"authType": "AWS_LAMBDA"}]


def test_an_api_that_the_program_has_no_more_is_removed(cloud, need):
    made = CREATORS[EVENTS_API](cloud, example(EVENTS_API, "gone", need))

    REMOVERS[EVENTS_API](cloud, made.id)

    assert made.id not in {each["apiId"] for each in cloud.client("appsync").list_apis()["apis"]}
