"""The authorizer: who is let in by a token or by a ticket, with an issuer that publishes its keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from functions.aws.tickets import Tickets
from functions.aws.tokens import Keys, Tokens
from functions.domain.identity import Identity
from functions.handlers.authorizer import handler
from tests.fuzz import tokens as forged
from tests.fuzz.admission import admitted, crowd, repeated
from tests.fuzz.claims import MemoryClaims
from tests.fuzz.keys import key_set
from tests.fuzz.leaks import listening, logs_nothing_of
from tests.fuzz.proof import proves
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.gateway_events import authorize
from tests.issuer import CLIENT, ISSUER, issuing
from tests.property.mutations import ODD_VALUES, bent, odd_texts, odd_values, spliced

_SHORTEST_SECRET: Final = 16


def _ticket(name: str) -> str:
    return forged.encoded(sha256(name.encode()).digest())


TICKETS: Final = {_ticket(name): name for name in ("carol", "dave")}
"""Tickets that hold, with whom they let in."""
_OLD: Final = _ticket("too late")
_STALE: Final = _ticket("identity expired")


def _claims() -> MemoryClaims:
    claims = MemoryClaims()
    for ticket, user in TICKETS.items():
        claims.hold(ticket, Identity(user, forged.LONG_HENCE), expires_at=forged.LONG_HENCE)
    claims.hold(_OLD, Identity("erin", forged.LONG_HENCE), expires_at=forged.LONG_AGO)
    claims.hold(_STALE, Identity("frank", forged.LONG_AGO), expires_at=forged.LONG_HENCE)
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
    for name, value in headers.items():
        if isinstance(value, str) and str(name).lower() == "authorization":
            scheme, _, token = value.partition(" ")
            claims = (
                proves(token.strip(" ")) if scheme.lower() == "bearer" and "ticket" not in query else None
            )
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


# --- Inputs ----------------------------------------------------------------------------------


def _event(authorization: Any = None, header: str = "Authorization", **query: Any) -> dict[str, Any]:
    event = authorize(**query)
    if authorization is not None:
        event["headers"][header] = authorization
    return event


_headers = st.sampled_from(["Authorization", "authorization", "AUTHORIZATION"])
_schemes = st.sampled_from(["Bearer ", "bearer ", "BEARER  "])
_sessions = st.sampled_from([{}, {}, {"sessionId": "s-1"}, {"sessionId": "a@b|c+d=e:f.g"}])
_odd_schemes = st.sampled_from(
    ["", "Basic ", "Bearer", "Bearer\t", "Bearer: ", " Bearer ", "Bearer Bearer ", "JWT "]
)
_odd_sessions = odd_texts | odd_values


def _by_token(tokens: SearchStrategy[str], schemes: SearchStrategy[str] = _schemes) -> SearchStrategy[Any]:
    return st.builds(
        lambda scheme, token, header, session: _event(f"{scheme}{token}", header, **session),
        schemes,
        tokens,
        _headers,
        _sessions,
    )


def _by_ticket(tickets: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.builds(lambda ticket, session: _event(ticket=ticket, **session), tickets, _sessions)


_good = st.one_of(_by_token(forged.valid), _by_ticket(st.sampled_from(sorted(TICKETS))))


@st.composite
def _bent(draw: DrawFn) -> Any:
    match draw(st.sampled_from(["token", "token", "token", "ticket", "scheme", "session", "both"])):
        case "token":
            return draw(_by_token(forged.bent_tokens()))
        case "ticket":
            ticket = draw(st.sampled_from([*TICKETS, _OLD, _STALE]))
            return draw(_by_ticket(spliced(ticket) | st.just(ticket) | odd_values))
        case "scheme":
            return draw(_by_token(forged.valid, _odd_schemes))
        case "session":
            event = draw(_good)
            event["queryStringParameters"] = {
                **(event["queryStringParameters"] or {}),
                "sessionId": draw(_odd_sessions),
            }
            return event
        case _:
            return _event(f"Bearer {draw(forged.valid)}", ticket=draw(st.sampled_from(sorted(TICKETS))))


_inputs: SearchStrategy[Input] = st.one_of(
    st.builds(partial(Input, "valid"), _good, st.sampled_from(["", "", "crowded"])),
    st.builds(partial(Input, "bent"), _bent()),
    st.builds(partial(Input, "bent"), _bent()),
    st.builds(partial(Input, "broken"), bent(_good)),
)


def _corpus() -> Iterator[tuple[str, Input]]:
    for what, token in forged.corpus():
        yield what, Input("bent", _event(f"Bearer {token}"))
    good = forged.signed()
    for header in (
        good,
        f"Basic {good}",
        f"Bearer{good}",
        f"Bearer\t{good}",
        f"Bearer  {good} ",
        "Bearer",
        "Bearer ",
    ):
        yield "the header's scheme", Input("bent", _event(header))
    for around in ("\u3000", "\n", "\x1f", "\u200b", "\x00", '"', "'", "%20"):
        yield "blanks that are none", Input("bent", _event(f"Bearer {around}{good}"))
        yield "blanks that are none", Input("bent", _event(f"Bearer {good}{around}"))
    yield (
        "two headers of one name",
        Input(
            "bent",
            {
                **_event(f"Bearer {good}"),
                "headers": {"authorization": "x", "Authorization": f"Bearer {good}"},
            },
        ),
    )
    (ticket, _), *_ = TICKETS.items()
    for odd in (
        ticket[:-1],
        f"{ticket}=",
        f"{ticket}\n",
        ticket.lower(),
        f" {ticket}",
        f"{ticket}A",
        _OLD,
        _STALE,
        "",
    ):
        yield "a ticket, almost", Input("bent", _event(ticket=odd))
    yield "both", Input("bent", _event(f"Bearer {good}", ticket=ticket))
    yield "neither", Input("bent", _event())
    for value in ODD_VALUES:
        yield "an odd ticket", Input("bent", _event(ticket=value))
        yield "an odd session", Input("bent", _event(f"Bearer {good}", sessionId=value))
        yield "an odd header", Input("bent", _event(value))
        yield "no event", Input("broken", value)
        for name in authorize():
            yield f"a broken {name}", Input("broken", {**_event(f"Bearer {good}"), name: value})


@contextmanager
def _judging() -> Iterator[Judge]:
    with issuing() as issuer:
        issuer.body = key_set()
        tokens = Tokens(Keys(issuer.url), issuer=ISSUER, clients=frozenset({CLIENT}), use="access")
        yield partial(judge, tokens=tokens)


TARGET: Final = Target("authorizer", _inputs, _corpus, _judging, share=3)
