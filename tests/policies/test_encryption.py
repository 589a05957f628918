from typing import Any

import pytest

from policies.resources import UNKNOWN, Resource
from tests.policies.judging import QUEUE, TABLE, breaches

TOPIC = "aws:sns/topic:Topic"
STREAM = "aws:kinesis/stream:Stream"


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        (TABLE, {"serverSideEncryption": {"enabled": False}}),
        (QUEUE, {}),
        (QUEUE, {"sqsManagedSseEnabled": False}),
        (TOPIC, {}),
        (STREAM, {}),
        (STREAM, {"encryptionType": "NONE"}),
    ],
)
def test_a_store_in_plain_is_reported(type_: str, properties: dict[str, Any]) -> None:
    assert breaches("encrypted-at-rest", Resource(type_, properties)) == ["is not encrypted at rest"]


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        (TABLE, {}),
        (TABLE, {"serverSideEncryption": {"enabled": True, "kmsKeyArn": UNKNOWN}}),
        (TABLE, {"serverSideEncryption": UNKNOWN}),
        (QUEUE, {"sqsManagedSseEnabled": True}),
        (QUEUE, {"kmsMasterKeyId": UNKNOWN}),
        (TOPIC, {"kmsMasterKeyId": "alias/own"}),
        (STREAM, {"encryptionType": "KMS"}),
        ("aws:cloudwatch/logGroup:LogGroup", {}),
    ],
)
def test_an_encrypted_store_is_not_reported(type_: str, properties: dict[str, Any]) -> None:
    assert breaches("encrypted-at-rest", Resource(type_, properties)) == []
