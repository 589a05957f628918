"""What asks to be let in by a token or a ticket: valid, almost valid, and nothing that the gateway sends."""

from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.fuzz import tokens as forged
from tests.fuzz.admission import UNCOUNTED
from tests.fuzz.corpus.tokens import MISSPELT
from tests.fuzz.corpus.tokens import corpus as corpus_of_tokens
from tests.fuzz.verdicts import Input
from tests.gateway_events import authorize
from tests.property.mutations import ODD_VALUES, bent, odd_texts, odd_values, spliced


def _ticket(name: str) -> str:
    return forged.encoded(sha256(name.encode()).digest())


TICKETS: Final = {_ticket(name): name for name in ("carol", "dave")}
"""Tickets that hold, with whom they let in."""
OLD: Final = _ticket("too late")
STALE: Final = _ticket("identity expired")


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
            ticket = draw(st.sampled_from([*TICKETS, OLD, STALE]))
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


inputs: SearchStrategy[Input] = st.one_of(
    st.builds(partial(Input, "valid"), _good, st.sampled_from(["", "", "crowded", UNCOUNTED])),
    st.builds(partial(Input, "bent"), _bent()),
    st.builds(partial(Input, "bent"), _bent()),
    st.builds(partial(Input, "broken"), bent(_good)),
)


def corpus() -> Iterator[tuple[str, Input]]:
    for what, token in corpus_of_tokens():
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
        OLD,
        STALE,
        "",
    ):
        yield "a ticket, almost", Input("bent", _event(ticket=odd))
    for name in (*MISSPELT, "session", "page", "Session Id"):
        yield "other names in the URL", Input("bent", _event(f"Bearer {good}", **{name: "s-1"}))
    yield "both", Input("bent", _event(f"Bearer {good}", ticket=ticket))
    yield "neither", Input("bent", _event())
    for value in ODD_VALUES:
        yield "an odd ticket", Input("bent", _event(ticket=value))
        yield "an odd session", Input("bent", _event(f"Bearer {good}", sessionId=value))
        yield "an odd header", Input("bent", _event(value))
        yield "no event", Input("broken", value)
        for name in authorize():
            yield f"a broken {name}", Input("broken", {**_event(f"Bearer {good}"), name: value})
