"""Texts that a model answers: the emulator's stand-in for Bedrock, by a layer and a permission of its own."""

import json
from collections.abc import Iterator

import pytest

from local.stackfile import PROJECT
from tests.integration.backend import Backend
from tests.integration.client import Client
from tests.integration.conftest import connecting, deployed
from tests.integration.roles import Roles
from tests.integration.test_replies import told, until_the_end

BEDROCK = {f"{PROJECT}:ai": json.dumps({"engine": "bedrock"})}


@pytest.fixture(scope="module")
def asking_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with deployed(tmp_path_factory.mktemp("bedrock"), BEDROCK) as backend:
        yield backend


@pytest.fixture
def client(asking_backend: Backend, user: str) -> Iterator[Client]:
    with connecting(asking_backend) as connect:
        yield connect(user, f"session-{user}")


def test_a_model_answers_and_says_what_it_took(client: Client) -> None:
    client.send({"type": "text_message", "data": {"text": "Hello"}})

    [reply] = told(until_the_end(client), "reply")
    assert reply["text"]
    assert reply["stopReason"] == "end_turn"
    assert set(reply["usage"]) == {"inputTokens", "outputTokens"}


def test_without_its_permission_a_text_gets_no_reply_and_the_client_is_told(
    asking_backend: Backend, client: Client
) -> None:
    roles = Roles(asking_backend.cloud)
    (asking,) = [each for each in roles.permissions() if each.action.startswith("bedrock:")]

    with roles.without(asking):
        client.send({"type": "text_message", "data": {"text": "Hello"}})
        [failed] = told(until_the_end(client), "failed")

    assert (asking.role, asking.action) == ("responder-role", "bedrock:ConverseStream")
    assert failed["reason"] == "misconfigured"
