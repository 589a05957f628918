"""The authorizer: who is let in by a token or by a ticket, with an issuer that publishes its keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from functions.aws.identity.keys import Keys
from functions.aws.identity.tickets import Tickets
from functions.aws.identity.tokens import Tokens
from functions.domain.identity.identity import Identity
from functions.handlers.authorizer import handler
from tests.fuzz import handshakes
from tests.fuzz import tokens as forged
from tests.fuzz.admission import admitted, crowd, repeated
from tests.fuzz.claims import MemoryClaims
from tests.fuzz.handshakes import OLD, STALE, TICKETS
from tests.fuzz.keys import key_set
from tests.fuzz.leaks import listening, logs_nothing_of
from tests.fuzz.proof import means_another, proves
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.issuer import CLIENT, ISSUER, issuing

_SHORTEST_SECRET: Final = 16


def _claims() -> MemoryClaims:
    claims = MemoryClaims()
    for ticket, user in TICKETS.items():
        claims.hold(ticket, Identity(user, forged.LONG_HENCE), expires_at=forged.LONG_HENCE)
    claims.hold(OLD, Identity("erin", forged.LONG_HENCE), expires_at=forged.LONG_AGO)
    claims.hold(STALE, Identity("frank", forged.LONG_AGO), expires_at=forged.LONG_HENCE)
    return claims


def judge(given: Input, tokens: Tokens) -> Verdict:
    """Ask to be let in, twice: a ticket is good once."""
    tickets, people = Tickets(_claims(), "claims"), crowd(given.state)
    with listening() as lines:
        answer = handler(given.value, None, tokens, tickets, people)
        again = handler(given.value, None, tokens, tickets, people)
    must(
        given.kind == "broken" or not any("internal" in line for line in lines),
        f"did not foresee: {lines}"[-300:],
    )
    verdict = admitted(given, answer, _proved(given.value))
    admitted(given, again, _proved(given.value, tickets=False))
    if verdict is Verdict.REFUSED:
        must(repeated(answer, again), "refuses in two ways")
    if given.kind != "broken":  # there a secret may stand where an id should
        logs_nothing_of(_secrets(given.value), lines)
    return verdict


def _proved(event: Any, *, tickets: bool = True) -> dict[str, int]:
    """Return whom an event may prove its sender to be, and until when."""
    proved: dict[str, int] = {}
    headers, query = _members(event, "headers"), _members(event, "queryStringParameters")
    if any(map(means_another, query)):
        return proved
    for name, value in headers.items():
        if isinstance(value, str) and str(name).lower() == "authorization":
            words = value.split(" ", 1)
            plain = len(words) == 1 or words[0].lower() == "bearer"
            claims = proves(words[-1].strip(" ")) if plain and "ticket" not in query else None
            if claims:
                proved[claims["sub"]] = int(claims["exp"])
    ticket = query.get("ticket")
    if tickets and isinstance(ticket, str) and ticket in TICKETS:
        proved[TICKETS[ticket]] = forged.LONG_HENCE
    return proved


def _members(event: Any, name: str) -> dict[str, Any]:
    held = event.get(name) if isinstance(event, dict) else None
    return held if isinstance(held, dict) else {}


def _secrets(event: Any) -> Iterator[str]:
    for value in (
        *_members(event, "headers").values(),
        _members(event, "queryStringParameters").get("ticket"),
    ):
        if isinstance(value, str):
            for word in value.replace(".", " ").split():
                if len(word) >= _SHORTEST_SECRET and (
                    word in TICKETS or word.startswith("ey") or len(word) > 99
                ):
                    yield word


@contextmanager
def _judging() -> Iterator[Judge]:
    with issuing() as issuer:
        issuer.body = key_set()
        tokens = Tokens(Keys(issuer.url), issuer=ISSUER, clients=frozenset({CLIENT}), use="access")
        yield partial(judge, tokens=tokens)


TARGET: Final = Target("authorizer", handshakes.inputs, handshakes.corpus, _judging, share=3)
