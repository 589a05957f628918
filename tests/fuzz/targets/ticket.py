"""The function that gives tickets to those whose token the HTTP API has verified."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st

from functions.aws.identity.tickets import Tickets
from functions.handlers.ticket import handler
from tests.fuzz.claims import MemoryClaims
from tests.fuzz.leaks import listening, logs_nothing_of, tells_nothing
from tests.fuzz.proof import names_somebody
from tests.fuzz.tokens import CLAIMS, LONG_AGO, LONG_HENCE
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.gateway_events import fixture
from tests.property.mutations import ODD_VALUES, bent

_HEADERS: Final = {"content-type": "application/json", "cache-control": "no-store"}
_REFUSALS: Final = {401: "token_expired", 403: "unauthorized", 500: "internal", 503: "unavailable"}
_TICKET: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def judge(given: Input) -> Verdict:
    """Ask for a ticket."""
    table = MemoryClaims()
    with listening() as lines:
        answer = handler(given.value, None, Tickets(table, "claims"), "access")
    must(
        answer.keys() == {"statusCode", "headers", "body"} and answer["headers"] == _HEADERS,
        f"answers {answer}",
    )
    body, status = json.loads(answer["body"]), answer["statusCode"]
    if status != 200:
        tells_nothing(answer["body"], "")
        must(body["error"].keys() == {"code", "message"}, f"answers with {body}")
        must(body["error"]["code"] == _REFUSALS.get(status), f"answers with {status} {body}")
        must(not table.items, "keeps a ticket that nobody got")
        must(status != 500 or given.kind == "broken", f"did not foresee: {lines}"[-300:])
        must(given.kind != "valid", "refuses what is valid")
        return Verdict.REFUSED
    must(body.keys() == {"ticket", "expiresIn"} and _TICKET.fullmatch(body["ticket"]), f"answers with {body}")
    logs_nothing_of([body["ticket"]], lines)
    must(body["ticket"] not in str(table.items), "keeps the ticket itself")
    claims = given.value["requestContext"]["authorizer"]["jwt"]["claims"]
    must(claims["token_use"] == "access", "takes another kind of token")
    must(names_somebody(claims["sub"]), "takes a name that is none")
    must(float(claims["exp"]) > time.time(), "takes a token that has expired")
    (item,) = table.items.values()
    held = json.loads(item["value"]["S"])
    must(held == {"userId": claims["sub"], "expiresAt": int(claims["exp"])}, f"gives it to {held}")
    return Verdict.ACCEPTED


def _event(claims: Any) -> dict[str, Any]:
    event = fixture("ticket")
    event["requestContext"]["authorizer"]["jwt"]["claims"] = claims
    return event


_TOLD: Final = {name: str(value) for name, value in CLAIMS.items()}
"""Claims as the HTTP API hands them on: as text."""
_claims = st.fixed_dictionaries(
    {**{name: st.just(value) for name, value in _TOLD.items()}, "sub": st.uuids().map(str)}
)
_inputs = st.one_of(
    st.builds(partial(Input, "valid"), st.builds(_event, _claims)),
    st.builds(
        partial(Input, "bent"), st.builds(_event, bent(_claims).filter(lambda held: isinstance(held, dict)))
    ),
    st.builds(partial(Input, "broken"), bent(st.builds(_event, _claims))),
)


def _corpus() -> Iterator[tuple[str, Input]]:
    for value in ODD_VALUES:
        yield "no event", Input("broken", value)
        yield "claims that are none", Input("broken", _event(value))
        for claim in ("sub", "exp", "token_use", "client_id"):
            yield f"an odd {claim}", Input("bent", _event({**_TOLD, claim: value}))
    for exp in (
        LONG_AGO,
        LONG_HENCE,
        f" {LONG_HENCE}",
        f"{LONG_HENCE}.0",
        "4_102_444_800",
        "\u0664102444800",
        "9" * 30,
    ):
        yield "a time, written otherwise", Input("bent", _event({**_TOLD, "exp": exp}))


@contextmanager
def _judging() -> Iterator[Judge]:
    yield judge


TARGET: Final = Target("ticket", _inputs, _corpus, _judging)
