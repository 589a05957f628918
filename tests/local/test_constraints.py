from typing import Any

import botocore.session
import pytest
from pulumi.runtime import MockResourceArgs

from local.cloud import Cloud, fit
from local.constraints import RefusedInputError, compiled, require_all
from local.deployer import Deployer
from local.errors import LocalError
from local.stackfile import ROOT
from tests.local.answering import SERVICES

SESSION = botocore.session.get_session()
UNREADABLE = {
    # names and roles of DynamoDB's scaling, and a type that logs come from: no resource here has any of them
    r"\p{Print}+",
    r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*",
    r"[\w-_]*",
}


def shape(service, operation):
    model = SESSION.get_service_model(service)
    return model.operation_model(operation).input_shape


def refusal(service, operation, **inputs: Any):
    with pytest.raises(RefusedInputError) as caught:
        fit(shape(service, operation), inputs, {})
    return str(caught.value)


def test_a_value_outside_of_an_enumeration_is_refused_with_what_is_allowed():
    words = refusal("lambda", "CreateFunction", loggingConfig={"logFormat": "XML"})

    assert words == "input 'loggingConfig.logFormat' is 'XML', and AWS takes one of JSON, Text"


def test_a_text_that_does_not_match_the_pattern_is_refused_with_the_pattern():
    words = refusal("lambda", "CreateFunction", handler="two words")

    assert words == r"input 'handler' is 'two words', and AWS takes what matches [^\s]+"


def test_a_text_that_matches_only_in_part_is_refused():
    words = refusal("iam", "CreateRole", roleName="a role")

    assert words == r"input 'roleName' is 'a role', and AWS takes what matches [\w+=,.@-]+"


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        ("scheduler", "CreateSchedule", {"Name": "sweep\n"}),
        ("iam", "CreateRole", {"RoleName": "rôle"}),
    ],
)
def test_a_pattern_means_what_it_means_to_aws(service, operation, request_):
    with pytest.raises(RefusedInputError):
        require_all(shape(service, operation), request_)


def test_a_text_that_is_too_long_is_refused_and_shown_in_part():
    words = refusal("lambda", "CreateFunction", description="x" * 257)

    assert words.endswith("xxx… (257 long), and AWS takes at most 256 characters")


def test_a_number_within_the_range_is_taken():
    assert fit(shape("lambda", "CreateFunction"), {"timeout": 900.0}, {}) == {"Timeout": 900}


@pytest.mark.parametrize("minutes", [0, 1441])
def test_a_number_outside_of_the_range_is_refused(minutes):
    words = refusal(
        "scheduler", "CreateSchedule", flexibleTimeWindow={"maximumWindowInMinutes": float(minutes)}
    )

    assert words == (
        f"input 'flexibleTimeWindow.maximumWindowInMinutes' is {minutes}, "
        "and AWS takes at least 1 and at most 1440"
    )


def test_a_list_that_is_too_long_is_refused():
    words = refusal("lambda", "CreateFunction", architectures=["arm64", "x86_64"])

    assert words.endswith("and AWS takes at least 1 and at most 1 elements")


def test_a_map_with_too_many_entries_is_refused():
    words = refusal("logs", "CreateLogGroup", tags={f"tag{number}": "x" for number in range(51)})

    assert words.endswith("and AWS takes at least 1 and at most 50 entries")


def test_a_key_of_a_map_is_judged_too():
    words = refusal("lambda", "CreateFunction", environment={"variables": {"1st": "x"}})

    assert words == (
        "input 'environment.variables' has the key '1st', and AWS takes what matches [a-zA-Z]([a-zA-Z0-9_])+"
    )


def test_bytes_that_are_too_many_are_refused():
    with pytest.raises(RefusedInputError, match=r"\(11534336 long\), and AWS takes at most 10485760 bytes"):
        require_all(shape("kinesis", "PutRecord"), {"Data": bytes(11 * 1_048_576)})


def test_a_secret_is_not_shown():
    with pytest.raises(RefusedInputError) as caught:
        require_all(shape("cognito-idp", "AdminSetUserPassword"), {"Password": "test" * 65})

    assert str(caught.value) == (
        "input 'Password' is not shown, since it is secret, and AWS takes at most 256 characters"
    )


def test_a_letter_is_any_letter():
    tags = shape("iam", "TagRole")

    require_all(tags, {"Tags": [{"Key": "größe:価格/1", "Value": ""}]})
    with pytest.raises(RefusedInputError, match=r"^input 'Tags\[0\].Key' is 'a;b'"):
        require_all(tags, {"Tags": [{"Key": "a;b", "Value": ""}]})


def test_what_is_of_another_type_is_left_for_botocore_to_refuse():
    require_all(shape("lambda", "CreateFunction"), {"Timeout": "long", "Handler": 5, "Layers": "one"})


def test_a_request_that_is_put_together_by_hand_is_judged_too():
    logs = Cloud("http://127.0.0.1:1", "us-east-1").client("logs")

    with pytest.raises(RefusedInputError, match=r"^input 'logGroupName' is 'a b'"):
        logs.create_log_group(logGroupName="a b")


def test_so_are_its_keys():
    sqs = Cloud("http://127.0.0.1:1", "us-east-1").client("sqs")

    with pytest.raises(RefusedInputError, match=r"^input 'Attributes' has the key 'Colour'"):
        sqs.create_queue(QueueName="red", Attributes={"Colour": "red"})


def test_the_resource_is_named_too():
    deployer = Deployer(Cloud("http://127.0.0.1:1", "us-east-1"), ROOT)
    inputs = {"role": "sweep", "name": "may invoke", "policy": "{}"}

    with pytest.raises(LocalError) as caught:
        deployer.new_resource(MockResourceArgs("aws:iam/rolePolicy:RolePolicy", "sweep", inputs, custom=True))

    assert str(caught.value) == (
        "sweep (aws:iam/rolePolicy:RolePolicy): input 'PolicyName' is 'may invoke', "
        r"and AWS takes what matches [\w+=,.@-]+"
    )


@pytest.mark.parametrize("service", SERVICES)
def test_every_pattern_of_a_service_that_the_program_uses_can_be_checked(service):
    model = SESSION.get_service_model(service)
    shapes = [model.shape_for(name) for name in model.shape_names]
    patterns = {each.metadata["pattern"] for each in shapes if "pattern" in each.metadata}

    unreadable = {pattern for pattern in patterns if compiled(pattern) is None}

    assert unreadable <= UNREADABLE
