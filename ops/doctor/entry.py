"""Looks at the way in: that the gateway answers, lets nobody in without proof, and can verify who has one."""

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit
from urllib.request import urlopen

from ops.doctor.findings import Finding, Verdict
from ops.doctor.stack import Patient

_SECONDS: Final = 10
_UPGRADE: Final = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",  # the RFC's own example
    "Authorization": "Bearer none",
}
"""A handshake with a token that is none."""
_REFUSED: Final = (401, 403)
_SWITCHED: Final = 101


def entry(patient: Patient) -> Iterator[Finding]:
    """Try to get in without proof."""
    outputs = patient.deployment.outputs
    if outputs.websocket_url is not None:
        yield _handshake(outputs.websocket_url)
    if outputs.user_pool_id is None:
        fix = "set `identity: cognito` wherever anybody but you can connect"
        yield Finding("identity", Verdict.NOTE, "clients say who they are, and prove nothing", fix)
        return
    yield from _identity(patient, outputs.user_pool_id)
    if outputs.ticket_url is not None:
        yield _tickets(outputs.ticket_url)


def _handshake(url: str) -> Finding:
    status = _status("GET", url, _UPGRADE)
    if status in _REFUSED:
        return Finding("gateway", Verdict.FINE, "it answers, and refuses who has no proof")
    if status in {_SWITCHED, 200}:
        fix = "make the authorizer's log say why, and stop the stage until you know: its throttling at 0"
        return Finding("gateway", Verdict.WRONG, "it lets somebody in whose token is none", fix)
    if isinstance(status, int):
        fix = 'look at the authorizer\'s log; 429 is "Throttling" in docs/operations.md'
        return Finding("gateway", Verdict.WRONG, f"it answers {status} to a handshake", fix)
    fix = (
        "look at your network, whether the API and its stage are still there, and at the records and the "
        "certificate of a custom domain"
    )
    return Finding("gateway", Verdict.WRONG, f"it does not answer: {status}", fix)


def _identity(patient: Patient, pool: str) -> Iterator[Finding]:
    outputs = patient.deployment.outputs
    cognito = patient.client("cognito-idp")
    for client_id in outputs.user_pool_client_ids:
        # raises, which is a finding, if the client or the pool is gone
        cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client_id)
    try:
        # a pool publishes its keys where Cognito is asked, on AWS and on an emulator alike
        with urlopen(f"{cognito.meta.endpoint_url}/{pool}/.well-known/jwks.json", timeout=_SECONDS) as answer:  # noqa: S310 - http or https, by the outputs
            keys = len(json.load(answer)["keys"])
    except (OSError, HTTPException, ValueError, LookupError, TypeError) as problem:
        fix = "the authorizer has the same trouble, and goes on for six hours with the keys that it has"
        yield Finding("identity", Verdict.WRONG, f"the pool's keys cannot be read: {problem}", fix)
        return
    what = f"the app clients {', '.join(outputs.user_pool_client_ids)} exist, and {keys} keys are published"
    if keys:
        yield Finding("identity", Verdict.FINE, what)
    else:
        yield Finding("identity", Verdict.WRONG, what, "nobody can sign in: look at the user pool")


def _tickets(url: str) -> Finding:
    status = _status("POST", url)
    if status in _REFUSED:
        return Finding("tickets", Verdict.FINE, "none is given without a token")
    fix = "look at the log of the function ticket, and at the HTTP API"
    return Finding("tickets", Verdict.WRONG, f"to ask for one without a token answers {status}", fix)


def _status(method: str, url: str, headers: Mapping[str, str] = {}) -> int | str:
    """Return the status of an answer, or why there is none."""
    parts = urlsplit(url)
    secure = parts.scheme in {"https", "wss"}
    connection = (HTTPSConnection if secure else HTTPConnection)(parts.netloc, timeout=_SECONDS)
    try:
        connection.request(method, parts.path or "/", headers=headers)
        return connection.getresponse().status
    except (OSError, HTTPException) as problem:
        return str(problem) or type(problem).__name__
    finally:
        connection.close()
