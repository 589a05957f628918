"""User pools and HTTP APIs on the embedded AWS: tokens are real, and users outlive a deployment."""

import json
import time
import urllib.error
import urllib.request

import pytest

from local import embedded, emulator, status
from local.cloud import Cloud
from local.errors import LocalError
from local.people import sign_in
from local.state import Running, StateDir
from local.up import Up
from tests.local.small import SOURCE, SmallProgram

COGNITO = {"airium-realtime:identity": "cognito"}
ADA = "ada@example.com"
RUNNING = Running(pid=1, port=1, started_at="2026-11-24T00:00:00+00:00", keep=False, owner=1)


@pytest.fixture
def up(tmp_path):
    program = SmallProgram.copied(tmp_path / "program")
    state = StateDir(tmp_path / "state")
    process = embedded.begin(state, emulator.free_port(), program.root)

    def deploy(**config):
        chosen = {**COGNITO, **{f"airium-realtime:{key}": value for key, value in config.items()}}
        again = state.outputs.exists()
        return embedded.deploy(state, process, program.root, restarted=not again, config=chosen)

    yield deploy
    embedded.end(state, process)


@pytest.fixture(scope="module")
def outputs():
    """Give one deployment that no test changes."""
    with embedded.running(root=SOURCE, config=COGNITO) as found:
        yield found


def ask(url, token=None, method="POST", **headers):
    """Give the status and what comes with it: the body, or the headers of what has none."""
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, method=method, headers={**bearer, **headers})  # noqa: S310 - http
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - http
            return answer.status, json.loads(answer.read() or b"null") or dict(answer.headers)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())


def cognito(outputs):
    return Cloud(outputs.aws_endpoint_url, outputs.region).client("cognito-idp")


def test_a_token_reaches_the_function_as_verified_claims(outputs):
    ada = sign_in(outputs, ADA)

    answered, authorizer = ask(outputs.ticket_url, ada.access_token)

    assert answered == 200
    assert authorizer["jwt"]["claims"]["sub"] == ada.user_id
    assert authorizer["jwt"]["claims"]["token_use"] == "access"
    assert authorizer["jwt"]["claims"]["client_id"] == outputs.user_pool_client_ids[0]


@pytest.mark.parametrize(
    "spoil", [lambda _: None, lambda _: "no.token.atall", lambda token: token[:-8] + "AAAAAAAA"]
)
def test_what_is_no_token_is_refused(outputs, spoil):
    token = sign_in(outputs, ADA).access_token

    assert ask(outputs.ticket_url, spoil(token)) == (401, {"message": "Unauthorized"})


def test_a_token_expires(up):
    outputs = up(tokenSeconds="1")
    token = sign_in(outputs, ADA).access_token

    deadline = time.monotonic() + 10
    while ask(outputs.ticket_url, token)[0] == 200:
        assert time.monotonic() < deadline

    assert ask(outputs.ticket_url, token)[0] == 401


def test_pages_of_a_known_origin_are_answered(outputs):
    answered, headers = ask(outputs.ticket_url, method="OPTIONS", Origin="https://a.example")

    assert answered == 204
    assert headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert ask(outputs.ticket_url, method="OPTIONS", Origin="https://b.example")[0] == 403


def test_a_second_deployment_keeps_users_tokens_and_the_url(up):
    first = up()
    token = sign_in(first, ADA).access_token

    second = up()

    assert second.everything == first.everything
    assert ask(second.ticket_url, token)[0] == 200


def test_a_second_deployment_brings_what_has_changed(up):
    first = up(passwordLength="8", tokenSeconds="3600")
    second = up(passwordLength="20", tokenSeconds="60")

    pool, client = second.user_pool_id, second.user_pool_client_ids[0]
    settings = cognito(second).describe_user_pool(UserPoolId=pool)["UserPool"]
    assert second.everything == first.everything
    assert settings["Policies"]["PasswordPolicy"]["MinimumLength"] == 20
    described = cognito(second).describe_user_pool_client(UserPoolId=pool, ClientId=client)
    assert described["UserPoolClient"]["AccessTokenValidity"] == 60


def test_what_a_pool_takes_for_good_is_not_changed_silently(up):
    up()

    with pytest.raises(LocalError, match=r"^pool .*`make down`, then `make up`"):
        up(usernames="[]")


def test_users_outlive_a_deployment_without_them_and_their_app_client_does_not(up):
    first = up()
    ada = sign_in(first, ADA)

    up(identity="query")

    found = cognito(first).list_user_pool_clients(UserPoolId=first.user_pool_id, MaxResults=10)
    assert found["UserPoolClients"] == []
    assert sign_in(up(), ADA).user_id == ada.user_id


def test_an_api_that_the_program_has_no_more_vanishes(up):
    outputs = up()

    up(identity="query")

    assert ask(outputs.ticket_url)[0] == 404


def test_nobody_signs_in_where_identity_is_not_verified(up):
    with pytest.raises(LocalError, match="make up IDENTITY=cognito"):
        sign_in(up(identity="query"), ADA)


def test_the_first_steps_lead_from_a_token_to_a_connection(outputs):
    told = "\n".join(status.welcome(Up(RUNNING, outputs, was_up=False)))

    assert f"'{outputs.ticket_url}'" in told
    assert "python -m local token" in told
    assert f"'{outputs.websocket_url}?ticket=<ticket>'" in told
    assert "userId" not in told


def test_the_first_step_without_identity_is_a_name(up):
    outputs = up(identity="query")

    told = "\n".join(status.welcome(Up(RUNNING, outputs, was_up=False)))

    assert f"'{outputs.websocket_url}?userId=ada'" in told
    assert "token" not in told
