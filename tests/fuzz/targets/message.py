"""The message handler, by both kinds of routes: ``$default`` answers once, the other only what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from typing import Any, Final
from unicodedata import normalize

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from functions.domain.limits import Limits, Speaking
from functions.domain.log.facts import MessageRejected
from functions.names import ROUTE_DEFAULT, ROUTE_VOICE_DATA, VOICE_ROUTES
from tests.fakes import RecordingCallbacks
from tests.fuzz import frames, worlds
from tests.fuzz.answers import answers, code_of
from tests.fuzz.corpus.frames import SESSION
from tests.fuzz.leaks import listening
from tests.fuzz.storing import ParticularLog
from tests.fuzz.targets.parser import refused_rightly
from tests.fuzz.verdicts import Input, Judge, Target, Verdict, must
from tests.gateway_events import CONNECTED_AT, CONNECTION
from tests.property.mutations import bent
from tests.property.schema import id_in, read, satisfies
from tests.property.strategies import offsets
from tests.speaking import MemorySpeech, spoken

_ANSWER: Final = {
    "ping": "pong",
    "text_message": "text_ack",
    "voice_start": "voice_starting",
    **dict.fromkeys(VOICE_ROUTES),
}
_REPEATABLE: Final = {"text_message", "voice_start"}
_UNRECORDED: Final = {"unavailable", "internal", "unauthorized"}
_LONGEST_QUOTED: Final = 12
"""Letters of a text that a log line may happen to hold."""


def _run(given: Input, lines: list[str]) -> tuple[Any, list[dict[str, Any]], ParticularLog, list[str]]:
    log, callbacks = worlds.log_of(given.state), RecordingCallbacks()
    event = given.value
    response = spoken(event, MemorySpeech(log), callbacks, worlds.limits_of(given.state))
    told = answers(response, callbacks, worlds.said(event))
    must(len(told) <= 1, f"answers {len(told)} times")
    must(len(log.events) <= 1, "appends more than one event")
    if any(line.startswith("ERROR") for line in lines):
        must(given.kind == "broken", f"did not foresee it: {lines[0][-200:]}")
    return response, told, log, callbacks.closed


def judge(given: Input, route: str) -> Verdict:
    """Send a frame, and hold what comes back to the protocol and to the route."""
    with listening() as lines:
        response, told, log, closed = _run(given, lines)
    if given.kind == "broken":
        return _judge_broken(given.value, response, told, log, route)
    body: str = given.value["body"]
    context = given.value["requestContext"]
    code = code_of(told[0]) if told else None
    two_way = route == ROUTE_DEFAULT and code != "token_expired"
    must(response["statusCode"] == 200, f"answers with {response['statusCode']}")
    must(("body" in response) == two_way, "answers by the wrong way")
    must(closed == ([CONNECTION] if code == "token_expired" else []), f"closes {closed}")
    for event in log.events:
        must((event.connection_id, event.user_id, event.session_id) == (CONNECTION, "alice", "s-1"), "forges")
    if code is None:
        return _judge_accepted(given, body, told, log, lines, route)
    must(told[0]["data"]["correlationId"] == context["requestId"], "cannot be found in the log")
    must(told[0].get("id") == id_in(body), "refuses under another id")
    must(
        log.facts == [] if code in _UNRECORDED else log.facts == [MessageRejected(code)], "records otherwise"
    )
    must(_is_due(given, body, code, route, told[0]["data"]), f"refuses what is valid: {code}")
    return Verdict.REFUSED


def _judge_accepted(
    given: Input, body: str, told: list[dict[str, Any]], log: ParticularLog, lines: list[str], route: str
) -> Verdict:
    must(satisfies(body), "takes what the schema forbids")
    must(not _has_expired(given), "serves an identity that has expired")
    frame = read(body)
    kind = frame["type"]
    must(kind in _ANSWER, "takes what has a route of its own")
    must(
        [answer["type"] for answer in told] == [_ANSWER[kind]] * (_ANSWER[kind] is not None), "answers amiss"
    )
    must(
        kind not in VOICE_ROUTES or route == ROUTE_VOICE_DATA, "answers speech by nothing on a two-way route"
    )
    must(given.state != "spent" or kind not in {"text_message", "voice_start"}, "exceeds a limit")
    must(kind != "text_message" or not _is_too_long(given, frame), "exceeds the limit on bytes")
    must(kind != "voice_start" or given.state not in {"speaking", "busy"}, "opens a second voice session")
    for answer in told:
        must(answer["type"] == "pong" or answer.get("id") == frame.get("id"), "answers under another id")
    if kind == "text_message" and len(text := frame["data"]["text"]) > _LONGEST_QUOTED:
        must(not any(text in line for line in lines), "logs what a client wrote")
    must(
        len(log.events) == (1 if told and kind != "ping" else len(log.events)),
        "acknowledges what is not there",
    )
    if frame.get("id") is not None and kind in _REPEATABLE:
        _judge_again(given, told, log)
    return Verdict.ACCEPTED


def _judge_again(given: Input, told: list[dict[str, Any]], log: ParticularLog) -> None:
    again = deepcopy(given.value)
    again["requestContext"]["requestId"] += "again"
    callbacks = RecordingCallbacks()
    with listening():
        response = spoken(again, MemorySpeech(log), callbacks, Limits(0, 0, spoken=Speaking()))
    (repeated,) = answers(response, callbacks, worlds.said(again))
    must(
        [repeated["type"], repeated.get("id"), repeated["data"]]
        == [told[0]["type"], told[0].get("id"), told[0]["data"]],
        f"answers otherwise when it is asked again: {repeated}",
    )
    must(len(log.events) == 1, "records what is sent again")


def _is_due(given: Input, body: str, code: str, route: str, told: dict[str, Any]) -> bool:
    if _has_expired(given):
        return code == "token_expired"
    if not satisfies(body) or code in {"invalid_json", "unknown_type", "too_large"}:
        refused_rightly(body, code, told["message"])
        return True
    frame = read(body)
    match frame["type"], code:
        case "resume" | "history" | "ack" | "text_cancel" | "sessions", "invalid_message":
            return True  # they have routes of their own
        case "voice_data" | "voice_end" | "voice_played" | "voice_listen", "invalid_message":
            return route == ROUTE_DEFAULT
        case "text_message", "rate_limited":
            return given.state == "spent" or _is_too_long(given, frame)
        case "voice_start", "rate_limited":
            return given.state == "spent"
        case "voice_start", "conflict":
            stands = {"speaking": SESSION, "busy": worlds.ANOTHER}.get(given.state)
            return stands is not None and told.get("voiceSessionId") == stands
        case "voice_data" | "voice_end" | "voice_played" | "voice_listen", "not_found" | "rate_limited":
            last = frame["data"].get("lastSeq", frame["data"].get("seq", 0))
            ours = frame["data"]["voiceSessionId"] == SESSION
            late = given.value["requestContext"]["requestTimeEpoch"] > CONNECTED_AT
            return not (ours and late and given.state == "speaking" and last <= 100)
        case _:
            refused_rightly(body, code, told["message"])  # what says a member twice may be refused
            return True


def _is_too_long(given: Input, frame: dict[str, Any]) -> bool:
    """Tell whether a text has more bytes, as it would be kept, than its user has left."""
    kept = normalize("NFC", frame["data"]["text"]).encode()
    return given.state == "terse" and len(kept) > worlds.BYTES_LEFT


def _has_expired(given: Input) -> bool:
    at: int = given.value["requestContext"]["requestTimeEpoch"]
    return at >= worlds.EXPIRY


def _judge_broken(
    event: Any, response: Any, told: list[dict[str, Any]], log: ParticularLog, route: str
) -> Verdict:
    must(response["statusCode"] in {200, 500}, f"answers with {response}")
    must("body" not in response or response["statusCode"] == 200, f"answers with {response}")
    for appended in log.events:
        who = event["requestContext"]["authorizer"]
        must(appended.connection_id == event["requestContext"]["connectionId"], "forges a connection")
        must(str(appended.user_id) == str(who["userId"]), "forges a user")
    return Verdict.ACCEPTED if told and code_of(told[0]) is None else Verdict.REFUSED


# --- Inputs ----------------------------------------------------------------------------------


def _sound(route: str) -> SearchStrategy[Input]:
    return st.builds(
        lambda kind, state, offset: Input(kind[0], worlds.frame(kind[1], state, offset, route), state),
        frames.kinds,
        st.sampled_from(worlds.STATES),
        offsets,
    )


def _broken(route: str) -> SearchStrategy[Input]:
    sound = st.builds(lambda kind: worlds.frame(kind[1], route=route), frames.kinds)
    return st.builds(partial(Input, "broken"), bent(sound))


def _target(name: str, route: str) -> Target:
    @contextmanager
    def judging() -> Iterator[Judge]:
        yield partial(judge, route=route)

    def corpus() -> Iterator[tuple[str, Input]]:
        for what, body in frames.corpus():
            for state in sorted(set(worlds.STATES)):
                yield what, Input("bent", worlds.frame(body, state, route=route), state)

    def inputs() -> SearchStrategy[Input]:
        return st.one_of(_sound(route), _sound(route), _broken(route))

    return Target(name, inputs(), corpus, judging, share=2)


TWO_WAY: Final = _target("message", ROUTE_DEFAULT)
ONE_WAY: Final = _target("speech", ROUTE_VOICE_DATA)
