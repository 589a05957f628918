from pathlib import Path

import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs

from local.cloud import Cloud
from local.deployer import Deployer, plain
from local.errors import LocalError

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": {"a": 1.0}}


@pytest.fixture
def deployer():
    return Deployer(Cloud("http://127.0.0.1:1", "us-east-1"), Path())


def resource(type_, **inputs):
    return MockResourceArgs(typ=type_, name="thing", inputs=inputs, custom=True)


def test_secrets_are_taken_out_of_their_envelopes_at_any_depth():
    assert plain({"x": [SECRET]}) == {"x": [{"a": 1.0}]}


def test_a_type_without_a_creator_is_named(deployer):
    with pytest.raises(LocalError, match=r"thing \(aws:kinesis/stream:Stream\): .* does not know"):
        deployer.new_resource(resource("aws:kinesis/stream:Stream"))


def test_a_look_up_without_an_answer_is_named(deployer):
    with pytest.raises(LocalError, match="aws:ec2/getVpc:getVpc"):
        deployer.call(MockCallArgs(token="aws:ec2/getVpc:getVpc", args={}, provider=""))


def test_the_first_failure_is_the_one_that_is_told(deployer):
    for type_ in ("aws:first:First", "aws:second:Second"):
        with pytest.raises(LocalError):
            deployer.new_resource(resource(type_))

    assert "aws:first:First" in str(deployer.error)


def test_a_failure_is_one_line_with_the_resource_and_the_cause(deployer):
    with pytest.raises(LocalError) as caught:
        deployer.new_resource(resource("aws:sqs/queue:Queue", colour="red"))

    assert str(caught.value) == ("thing (aws:sqs/queue:Queue): input 'colour' is unknown to the embedded AWS")


def test_a_component_is_only_a_name(deployer):
    args = MockResourceArgs(typ="airium:realtime:EventStore", name="log", inputs={}, custom=False)

    assert deployer.new_resource(args) == ("", {})
    assert deployer.deployed == []
