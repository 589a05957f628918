"""The lifecycle handler: ``$connect`` and ``$disconnect``, with whatever a client may have put into them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from functions.domain.log.claims import session_key
from functions.domain.log.facts import ConnectionClosed, ConnectionOpened, MessageRejected
from functions.names import ROUTE_CONNECT, ROUTE_DISCONNECT
from tests.fakes import RecordingCallbacks
from tests.fuzz import frames, worlds
from tests.fuzz.answers import answers, code_of
from tests.fuzz.leaks import listening
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.gateway_events import CONNECTION, connect, disconnect
from tests.property.mutations import ODD_VALUES, bent, odd_texts
from tests.property.schema import is_unicode
from tests.routes import lifecycle as handler

_STATUSES: Final = {200, 403, 500, 503}
_LONGEST: Final = 512
_TAKEN: Final = "taken"
"""The state in which the session belongs to another user."""
_CONNECT, _MESSAGE = "CONNECT", "MESSAGE"


def judge(given: Input) -> Verdict:
    """Let a connection begin or end, or send a frame that names a route of its life."""
    log, callbacks = worlds.log_of(""), RecordingCallbacks()
    log.held[session_key("s-1")] = ("bob" if given.state == _TAKEN else "alice", worlds.FAR)
    with listening() as lines:
        response = handler(given.value, None, log, callbacks)
    told = answers(response, callbacks, worlds.said(given.value))
    must(response["statusCode"] in _STATUSES, f"answers with {response}")
    must(len(log.events) <= 1, "appends more than one event")
    if given.kind == "broken":
        return Verdict.ACCEPTED if log.events else Verdict.REFUSED
    must(not any(line.startswith("ERROR") for line in lines), "did not foresee it")
    kind = given.value["requestContext"]["eventType"]
    if kind == _MESSAGE:
        must(response == {"statusCode": 200}, f"answers a frame with {response}")
        must(
            [code_of(answer) is None for answer in told] == [False],
            "answers a frame otherwise than by an error",
        )
        must([type(fact) for fact in log.facts] == [MessageRejected], "lets a frame act on a connection")
        return Verdict.REFUSED
    must(not told, "answers what is no frame")
    refused = kind == _CONNECT and given.state == _TAKEN
    must(response == {"statusCode": 403 if refused else 200}, f"answers with {response}")
    must(len(log.events) == (not refused), "appends otherwise")
    if refused:
        return Verdict.REFUSED
    (event,) = log.events
    must((event.connection_id, event.user_id, event.session_id) == (CONNECTION, "alice", "s-1"), "forges")
    match event.fact:
        case ConnectionOpened(user_agent=kept) | ConnectionClosed(reason=kept):
            must(kept is None or (len(kept) <= _LONGEST and is_unicode(kept)), "keeps what cannot be kept")
            must(kept is None or not any(_breaks(letter) for letter in kept), "keeps control characters")
        case fact:
            must(holds=False, what=f"appends {fact}")
    return Verdict.ACCEPTED


def _breaks(letter: str) -> bool:
    return letter < " " or "\x7f" <= letter <= "\x9f" or letter in "\u2028\u2029"


# --- Inputs ----------------------------------------------------------------------------------

_words: SearchStrategy[str] = (
    odd_texts
    | st.text(max_size=20)
    | st.sampled_from([value for value in ODD_VALUES if isinstance(value, str)])
)


def _connecting(user_agent: str, name: str) -> dict[str, Any]:
    event = connect(identity={"sourceIp": "203.0.113.17"})
    event["headers"] = {**event["headers"], name: user_agent}
    return event


_connections: SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(_connecting, _words, st.sampled_from(["User-Agent", "user-agent", "X-Other"])),
    st.builds(lambda agent: connect(identity={"userAgent": agent}), _words),
)
_ends: SearchStrategy[dict[str, Any]] = st.builds(
    lambda code, reason: disconnect(disconnectStatusCode=code, disconnectReason=reason),
    st.none() | st.integers(-1, 2**31),
    st.none() | _words,
)
_frames: SearchStrategy[dict[str, Any]] = st.builds(
    lambda kind, route: worlds.frame(kind[1], route=route),
    frames.kinds,
    st.sampled_from([ROUTE_CONNECT, ROUTE_DISCONNECT]),
)
_sound = st.builds(
    partial(Input, "bent"), st.one_of(_connections, _ends, _frames), st.sampled_from(["", "", _TAKEN])
)
_broken = st.builds(partial(Input, "broken"), bent(st.one_of(_connections, _ends, _frames)))


def _corpus() -> Iterator[tuple[str, Input]]:
    for what, body in frames.corpus():
        for route in (ROUTE_CONNECT, ROUTE_DISCONNECT):
            yield what, Input("bent", worlds.frame(body, route=route))
    for word in (value for value in ODD_VALUES if isinstance(value, str)):
        yield "a user agent", Input("bent", _connecting(word, "User-Agent"))
        yield "a reason to close", Input("bent", disconnect(disconnectReason=word))
    yield "another's session", Input("bent", connect(), _TAKEN)
    yield "another's session, left", Input("bent", disconnect(), _TAKEN)
    for value in ODD_VALUES:
        yield "no event", Input("broken", value)
        for name in connect()["requestContext"]:
            yield f"a broken {name}", Input("broken", connect(**{name: value}))
            yield f"a broken {name}", Input("broken", disconnect(**{name: value}))


@contextmanager
def _judging() -> Iterator[Judge]:
    yield judge


TARGET: Final = Target("lifecycle", st.one_of(_sound, _broken), _corpus, _judging)
