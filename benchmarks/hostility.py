"""What a hostile connection can make the backend write in a minute, and what a flood of tokens fetches."""

import json
import uuid
from base64 import urlsafe_b64encode

from benchmarks.stage import tables
from benchmarks.table import Figure, at_most
from functions.aws.log.event_log import EventLog

_FRAMES = 3_000
_TOKENS = 10_000


def figures() -> list[Figure]:
    """Send frames of all kinds through the handlers, and tokens with invented keys to the verifier."""
    return [*_writes(), _fetches()]


def _writes() -> list[Figure]:
    with tables() as (client, made):
        from tests import hostile  # noqa: PLC0415 - its handlers read the environment

        seen = hostile.minute(client, EventLog(client, made.events, made.claims), made.claims, _FRAMES)
    limits = hostile.LIMITS
    bound = limits.texts + 2 * limits.voice_sessions + 1 + hostile.CODES
    refused = [cost for cost in seen.costs if cost.refused]
    what = f"hostile connection, {_FRAMES} frames in a minute"
    return [
        at_most(f"{what}: events appended", seen.events.total(), bound),
        at_most(f"{what}: failed writes of one refused frame, at most", max(c.failed for c in refused), 1),
        Figure(f"{what}: writes in all", str(sum(cost.writes for cost in seen.costs))),
        at_most(f"{what}: writes for each frame", sum(c.writes for c in seen.costs) / _FRAMES, 1, "{:.2f}"),
    ]


def _fetches() -> Figure:
    from functions.aws.identity.keys import Keys  # noqa: PLC0415 - cryptography, which nothing else here needs
    from functions.aws.identity.tokens import Tokens  # noqa: PLC0415 - likewise
    from functions.domain.identity.identity import Unidentified  # noqa: PLC0415 - likewise
    from tests.issuer import CLIENT, ISSUER, issuing, token  # noqa: PLC0415 - likewise

    seconds = 0.0  # they come in one minute, however long this machine takes for them
    with issuing() as issuer:
        keys = Keys(issuer.url, clock=lambda: seconds)
        tokens = Tokens(keys, issuer=ISSUER, clients=frozenset({CLIENT}), use="access")
        tokens.identify(token(), 0)
        refused = 0
        _, rest = token().split(".", 1)
        for number in range(_TOKENS):
            seconds = 60 * number / _TOKENS
            try:
                tokens.identify(f"{_header(str(uuid.uuid4()))}.{rest}", 0)
            except Unidentified:
                refused += 1
        if refused != _TOKENS:
            msg = f"{_TOKENS - refused} tokens with invented keys were taken"
            raise RuntimeError(msg)
        # one for the first, and one for each half minute
        what = f"JWKS requests under {_TOKENS:,} tokens with random kid in a minute"
        return at_most(what, issuer.requests, 3)


def _header(kid: str) -> str:
    return urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": kid}).encode()).rstrip(b"=").decode()
