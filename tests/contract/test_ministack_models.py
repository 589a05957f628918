"""How the embedded AWS answers for Bedrock: by a model server, guardrails and a permission of its own."""

import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest

from functions.aws import clients
from functions.aws.engines.bedrock import Bedrock, Guardrail
from functions.domain.replies.pieces import Ended, StopReason
from tests.contract.asking import asking, heard
from tests.contract.engines import REGION, MakeClient
from tests.converse import MODEL, client_of
from tests.model_server import ModelServer

pytestmark = pytest.mark.timeout(5, func_only=True)


@pytest.fixture
def engine(ministack: MakeClient) -> Bedrock:
    client = client_of(ministack().meta.endpoint_url)
    return Bedrock(client, model=MODEL, max_tokens=20_000, temperature=0.5)


def test_a_model_server_behind_the_embedded_aws_is_asked_by_the_settings(
    engine: Bedrock, model_server: ModelServer
) -> None:
    heard(engine, asking("[say 1]", system="Be kind."))

    assert model_server.requests[-1] == {
        "path": "/v1/chat/completions",
        "model": MODEL,
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "[pause 0] [say 1]"},
        ],
        "stream": False,
        "max_tokens": 20_000,
        "temperature": 0.5,
    }


def test_a_model_server_that_fails_is_not_noticed_by_the_embedded_aws(engine: Bedrock) -> None:
    text, end = heard(engine, asking("[fail throttled]"))

    assert text.startswith("[ministack mock")
    assert isinstance(end, Ended)


@pytest.fixture
def aws(ministack: MakeClient) -> Callable[[str], Any]:
    url = ministack().meta.endpoint_url
    session = botocore.session.get_session()
    return lambda service: session.create_client(service, endpoint_url=url, region_name=REGION)


@pytest.mark.parametrize(
    ("text", "system", "says"),
    [("a cactus", None, "I cannot speak of that."), ("[prompt]", "a cactus", "I had better not say.")],
)
def test_a_guardrail_stops_a_text_or_a_reply_and_says_its_own(
    aws: Callable[[str], Any], text: str, system: str | None, says: str
) -> None:
    guardrail = aws("bedrock").create_guardrail(
        name=f"guardrail-{len(says)}",
        blockedInputMessaging="I cannot speak of that.",
        blockedOutputsMessaging="I had better not say.",
        wordPolicyConfig={"wordsConfig": [{"text": "cactus"}]},
    )
    client = client_of(aws("sts").meta.endpoint_url)
    engine = Bedrock(
        client, model=MODEL, max_tokens=9, guardrail=Guardrail(guardrail["guardrailId"], guardrail["version"])
    )

    said, end = heard(engine, asking(text, system=system))

    assert said == says
    assert isinstance(end, Ended)
    assert end.stop_reason is StopReason.GUARDRAIL


@pytest.mark.parametrize(
    ("action", "allowed"),
    [("bedrock:InvokeModelWithResponseStream", False), ("bedrock:ConverseStream", True)],
)
def test_the_embedded_aws_asks_for_a_permission_of_its_own(
    aws: Callable[[str], Any], action: str, *, allowed: bool
) -> None:
    name = action.partition(":")[2]
    model = f"arn:aws:bedrock:{REGION}::foundation-model/{MODEL}"
    statement = {"Effect": "Allow", "Action": action, "Resource": model}
    iam = aws("iam")
    iam.create_user(UserName=name)
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="ask", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    client = clients.bedrock(
        endpoint_url=iam.meta.endpoint_url,
        region_name=REGION,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    _, end = heard(Bedrock(client, model=MODEL, max_tokens=9), asking("[say 1]"))

    assert isinstance(end, Ended) is allowed
