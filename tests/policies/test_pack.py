"""The pack as the CLI meets it: started from its own folder, asked over its protocol."""

import sys
from collections.abc import Iterator

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]  # nor does this
from pulumi.runtime.proto import analyzer_pb2 as messages

from policies.pack import POLICIES, RULES
from tests.infra.program import Registration, archiving
from tests.policies.engine import PACK, Pack, running_pack
from tests.policies.judging import FUNCTION, GROUP, ROLE_POLICY, TABLE

URN = "urn:pulumi:dev::airium-realtime::aws:iam/rolePolicy:RolePolicy::bad"
OPEN = '{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'


@pytest.fixture(scope="module")
def dev_pack() -> Iterator[Pack]:
    with running_pack("dev") as started:
        yield started


def table(name: str) -> Registration:
    return Registration(
        urn=f"urn:pulumi:prod::airium-realtime::{TABLE}::{name}",
        type=TABLE,
        name=name,
        inputs={},
        custom=True,
        protect=False,
        retain_on_delete=False,
        dependencies=frozenset(),
        properties=Struct(),
    )


def test_every_policy_has_a_name_of_its_own_and_a_sentence() -> None:
    names = [each.name for each in POLICIES]

    assert len(set(names)) == len(names) == len(RULES)
    assert [each.name for each in POLICIES if not each.description.endswith(".")] == []


def test_the_running_pack_has_every_policy_and_all_of_them_stop_an_update(dev_pack: Pack) -> None:
    info = dev_pack.info()

    assert info.name == "airium-realtime"
    assert [each.name for each in info.policies] == [each.name for each in POLICIES]
    assert {each.enforcementLevel for each in info.policies} == {messages.MANDATORY}


def test_the_running_pack_reports_a_bad_resource(dev_pack: Pack) -> None:
    (found,) = dev_pack.analyze(ROLE_POLICY, {"policy": OPEN}, URN)

    assert found.policy == "no-open-resource"
    assert found.urn == URN
    assert "allows s3:GetObject on *" in found.message


def test_the_running_pack_lets_a_good_resource_pass(dev_pack: Pack) -> None:
    assert dev_pack.analyze(GROUP, {"retentionInDays": 30}) == []


def test_the_running_pack_reports_a_secret_without_telling_it(dev_pack: Pack) -> None:
    value = "AKIA" + "ABCDEFGHIJKLMNOP"

    (found,) = dev_pack.analyze(FUNCTION, {"environment": {"variables": {"SETTING": value}}})

    assert found.policy == "no-secret-in-the-environment"
    assert value not in found.message


def test_a_stack_that_asks_for_protection_must_give_it() -> None:
    with running_pack("prod") as prod:
        found = prod.analyze_program([table("events")])

    assert {(each.policy, each.urn) for each in found} == {("protected-tables-stay", table("events").urn)}


def test_a_stack_that_does_not_ask_for_protection_need_not(dev_pack: Pack) -> None:
    assert dev_pack.analyze_program([table("events")]) == []


def test_what_is_allowed_on_an_emulator_is_not_allowed_on_aws(dev_pack: Pack) -> None:
    found = dev_pack.analyze_program(archiving("local").registrations)

    assert {each.policy for each in found} == {
        "no-plain-http",
        "no-stand-in-but-on-an-emulator",
        "no-trust-but-on-an-emulator",
        "queues-refuse-plain-http",
        "buckets-refuse-plain-http",
    }


def test_the_pack_has_its_own_python_with_its_own_lock() -> None:
    runtime = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text())["runtime"]

    assert runtime == {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
    assert (PACK / "requirements.txt").exists()


def test_nothing_beside_the_entry_hides_a_module() -> None:
    # the CLI runs the pack with its folder first on the path
    beside = {each.stem for each in PACK.iterdir()}

    assert beside & sys.stdlib_module_names == set()
