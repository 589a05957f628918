"""The function of the feeds on its routes: what was missed, pages, cancelled texts, acknowledgements."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from functions.aws.gateway.callbacks import Posted
from functions.domain.log.facts import ConnectionLost, MessageRejected
from functions.names import ROUTE_ACK, ROUTE_HISTORY, ROUTE_RESUME, ROUTE_SESSIONS, ROUTE_TEXT_CANCEL
from tests.fakes import RecordingCallbacks
from tests.fuzz import frames, worlds
from tests.fuzz.answers import FEEDS, answers, code_of
from tests.fuzz.conversations import CANCELLABLE, IDS, Conversation
from tests.fuzz.leaks import OTHERS, listening
from tests.fuzz.replays import due_page, due_resume, due_sessions
from tests.fuzz.storing import ParticularLog
from tests.fuzz.targets.parser import refused_rightly
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.gateway_events import CONNECTION
from tests.property.mutations import bent, spliced
from tests.property.schema import id_in, read, satisfies
from tests.property.strategies import offsets

_ROUTES: Final = (ROUTE_RESUME, ROUTE_HISTORY, ROUTE_TEXT_CANCEL, ROUTE_SESSIONS, ROUTE_ACK)
_STATES: Final = ["", "", "", "spent", "gone", "expired"]
"""Nothing special; whose user asked as often as they may; who cannot be posted to; whose identity expired."""
_COUNTED: Final = {ROUTE_RESUME, ROUTE_HISTORY, ROUTE_TEXT_CANCEL, ROUTE_SESSIONS}
_SINCE: Final = 10_000
"""Milliseconds after the connection was opened by which all of the conversation was said."""
_UNRECORDED: Final = {"unavailable", "internal", "unauthorized"}


def judge(given: Input, conversation: Conversation) -> Verdict:
    """Send a frame, and hold all that comes back to the protocol and to what the conversation has."""
    log = ParticularLog()
    callbacks = RecordingCallbacks(Posted.GONE if given.state == "gone" else Posted.DELIVERED)
    with listening() as lines:
        response = _run(given, conversation, log, callbacks)
    if "requestContext" not in given.value:
        return _judge_delivery(given.value, response)
    others = () if given.kind == "broken" else OTHERS
    told = answers(response, callbacks, worlds.said(given.value), types=FEEDS, others=others)
    if given.kind == "broken":
        must(response["statusCode"] in {200, 500}, f"answers with {response}")
        return Verdict.ACCEPTED if told and code_of(told[-1]) is None else Verdict.REFUSED
    must(not any(line.startswith("ERROR") for line in lines), f"did not foresee it: {lines}")
    context, body = given.value["requestContext"], given.value["body"]
    route, code = context["routeKey"], code_of(told[-1]) if told else None
    has_expired = context["requestTimeEpoch"] >= worlds.EXPIRY
    two_way = route != ROUTE_ACK and code != "token_expired"
    must(response["statusCode"] == 200, f"answers with {response['statusCode']}")
    must(("body" in response) == two_way, "answers by the wrong way")
    must(callbacks.closed == ([CONNECTION] if code == "token_expired" else []), f"closes {callbacks.closed}")
    facts = [fact for fact in log.facts if not isinstance(fact, ConnectionLost)]
    if code is None:
        must(facts == [], "appends what nobody said")
        return _judge_accepted(body, route, told, given.state, conversation, has_expired=has_expired)
    must(told[-1]["data"]["correlationId"] == context["requestId"], "cannot be found in the log")
    must(told[-1].get("id") == id_in(body), "refuses under another id")
    must(facts == [] if code in _UNRECORDED else facts == [MessageRejected(code)], "records otherwise")
    must(
        _is_due(body, route, code, given.state, told[-1]["data"], has_expired=has_expired),
        f"refuses by {code}",
    )
    return Verdict.REFUSED


def _run(given: Input, conversation: Conversation, log: ParticularLog, callbacks: RecordingCallbacks) -> Any:
    context = given.value.get("requestContext")
    at = context.get("requestTimeEpoch") if isinstance(context, dict) else None
    try:
        return conversation.invoke(given.value, log, callbacks, grants=given.state != "spent", at=at)
    except (msgspec.ValidationError, UnicodeEncodeError):
        must("requestContext" not in given.value, "raises on a frame")
        return None  # it asks for nothing that could be delivered


def _judge_delivery(asked: Any, response: Any) -> Verdict:
    """Hold a delivery to the numbers that are there: who asks again gets no other."""
    if response is None or response["seq"] is None:
        return Verdict.REFUSED
    must(response == {"seq": IDS.index(asked["eventId"]) + 1}, f"gives another number: {response}")
    return Verdict.ACCEPTED


def _judge_accepted(
    body: str,
    route: str,
    told: list[dict[str, Any]],
    state: str,
    conversation: Conversation,
    *,
    has_expired: bool,
) -> Verdict:
    must(satisfies(body), "takes what the schema forbids")
    must(not has_expired, "serves an identity that has expired")
    must(state != "spent" or route not in _COUNTED, "exceeds a limit")
    frame = read(body)
    must(frame["type"] == route, "takes what has another route")
    answered = [each for each in told if each["type"] != "message"]
    must(all(each.get("id") == frame.get("id") for each in answered), "answers under another id")
    must(all("id" not in each for each in told if each["type"] == "message"), "takes it for another's")
    asked = frame.get("data") or {}
    match route:
        case "resume":
            must(state != "gone", "says that it posted what it could not")
            due_resume(asked, told)
        case "history":
            must([each["type"] for each in told] == ["history_page"], "answers otherwise")
            due_page(asked, told[0]["data"])
        case "sessions":
            must([each["type"] for each in told] == ["sessions_page"], "answers otherwise")
            due_sessions(told[0]["data"])
        case "text_cancel":
            message_id = asked["messageId"]
            must(
                told == [{**told[0], "type": "text_cancelled", "data": {"messageId": message_id}}], "answers"
            )
            must(message_id in CANCELLABLE, "cancels what is not hers")
            must(conversation.forget_cancelled(message_id), "says that it is cancelled")
        case _:
            must(told == [], "answers what is one-way")
            must(_is_there(asked), "takes a number that is not there")
    return Verdict.ACCEPTED


def _is_there(asked: dict[str, Any]) -> bool:
    return bool(asked["feed"] == "session" and asked["seq"] <= len(IDS))


def _is_due(body: str, route: str, code: str, state: str, told: dict[str, Any], *, has_expired: bool) -> bool:
    if has_expired:
        return code == "token_expired"
    if not satisfies(body) or code in {"invalid_json", "unknown_type", "too_large"}:
        refused_rightly(body, code, told["message"])
        return True
    frame = read(body)
    asked = frame.get("data") or {}
    match code:
        case "invalid_message" if frame["type"] != route:
            return True
        case "invalid_message" if route == ROUTE_SESSIONS:
            return asked.get("cursor") is not None  # no cursor that is drawn is one of hers
        case "rate_limited":
            return state == "spent" and route in _COUNTED
        case "unavailable":
            return state == "gone" and route == ROUTE_RESUME
        case "not_found" if route == ROUTE_ACK:
            return not _is_there(asked)
        case "not_found" if route == ROUTE_TEXT_CANCEL:
            return asked["messageId"] not in CANCELLABLE
        case _:
            refused_rightly(body, code, told["message"])  # what says a member twice may be refused
            return True


# --- Inputs ----------------------------------------------------------------------------------


def _asked() -> SearchStrategy[tuple[str, str]]:
    """Frames that name what the conversation has, or nearly."""
    ids = st.sampled_from([*IDS, "0" * 26])
    numbers = st.integers(1, len(IDS) + 2)
    places = [{"seq": seq, "id": id_} for seq, id_ in enumerate(IDS, 1)]
    position = st.fixed_dictionaries({"seq": st.just(0) | numbers, "id": ids}) | st.sampled_from(places)
    feeds = st.sampled_from(["session", "user"])
    before = st.fixed_dictionaries({"seq": numbers}, optional={"part": st.integers(1, 3)})
    data: dict[str, SearchStrategy[dict[str, Any]]] = {
        ROUTE_RESUME: st.fixed_dictionaries({"positions": st.dictionaries(feeds, position)}),
        ROUTE_HISTORY: st.fixed_dictionaries(
            {}, optional={"feed": feeds, "limit": st.integers(1, 7), "before": before}
        ),
        ROUTE_TEXT_CANCEL: st.fixed_dictionaries({"messageId": ids}),
        ROUTE_SESSIONS: st.fixed_dictionaries({}, optional={"limit": st.integers(1, 3)}),
        ROUTE_ACK: st.fixed_dictionaries({"feed": feeds, "seq": numbers}),
    }
    return st.sampled_from(_ROUTES).flatmap(
        lambda kind: data[kind].map(
            lambda asked: (kind, json.dumps({"type": kind, "id": "f", "data": asked}))
        )
    )


def _is_object(payload: Any) -> bool:
    """Tell whether it may be a payload: nobody invokes the function with another."""
    return isinstance(payload, dict)


def _route_of(body: str, other: str) -> str:
    """Return the route that the gateway finds for a body, and another where it is none of these."""
    try:
        kind = json.loads(body)["type"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return other
    return kind if kind in _ROUTES else other


_bodies: Final = st.tuples(st.sampled_from(_ROUTES), frames.kinds.map(lambda kind: kind[1])).map(
    lambda given: (_route_of(given[1], given[0]), given[1])
)
_bent: Final = _asked().flatmap(lambda asked: st.tuples(st.just(asked[0]), spliced(asked[1])))


def _inputs() -> SearchStrategy[Input]:
    sound = st.builds(
        lambda asked, state, offset: Input("bent", worlds.frame(asked[1], state, offset, asked[0]), state),
        st.one_of(_asked(), _asked(), _bent, _bodies),
        st.sampled_from(_STATES),
        offsets.map(lambda offset: offset + _SINCE),
    )
    delivery = st.fixed_dictionaries({"connectionId": st.just(CONNECTION), "eventId": st.sampled_from(IDS)})
    broken = bent(st.one_of(_asked().map(lambda asked: worlds.frame(asked[1], route=asked[0])), delivery))
    return st.one_of(sound, sound, st.builds(partial(Input, "broken"), broken.filter(_is_object)))


def _corpus() -> Iterator[tuple[str, Input]]:
    states = sorted(set(_STATES))
    for number, (what, body) in enumerate(frames.corpus()):
        for state in states:
            route = _route_of(body, _ROUTES[number % len(_ROUTES)])
            yield what, Input("bent", worlds.frame(body, state, _SINCE, route), state)


@contextmanager
def _judging() -> Iterator[Judge]:
    yield partial(judge, conversation=Conversation())


TARGET: Final = Target("feed", _inputs(), _corpus, _judging, share=2)
