"""The handlers, on anything: they never raise, answer every frame once, and tell nothing of themselves."""

import json
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.domain.log.facts import MessageRejected
from functions.domain.refusals import ErrorCode, Unavailable
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, CONNECTION, connect, disconnect, fixture, message
from tests.property.strategies import anything, bodies, offsets
from tests.routes import lifecycle
from tests.speaking import MemorySpeech, spoken

CODES = set(get_args(ErrorCode))
ANSWERS = {"pong", "text_ack", "voice_starting", "error"}
UNRECORDED = {"unavailable", "internal", "unauthorized"}
INTERNALS = (
    "Traceback",
    "Error",
    "Exception",
    "msgspec",
    "botocore",
    "functions.",
    "events-table",
    "ClientError",
)
MORE = settings(max_examples=settings().max_examples * 3)


def judge(response: dict[str, Any], callbacks: RecordingCallbacks, log: MemoryLog, body: str) -> None:
    """Hold the one answer to a frame of the two-way route to the protocol."""
    told = [frame.decode() for _, frame in callbacks.posts]
    told += [response["body"]] if "body" in response else []
    assert response.keys() <= {"statusCode", "body"}
    assert response["statusCode"] == 200
    (answer,) = told
    frame = json.loads(answer)
    assert frame["type"] in ANSWERS
    assert not [word for word in INTERNALS if word in answer and word not in body]
    if frame["type"] != "error":
        assert len(log.events) <= 1
        return
    code = frame["data"]["code"]
    assert code in CODES
    assert isinstance(frame["data"]["correlationId"], str)
    assert log.facts == ([] if code in UNRECORDED else [MessageRejected(code)])
    assert log.held == {}


@MORE
@given(body=bodies, offset=offsets)
def test_any_body_gets_one_answer(body: str, offset: int) -> None:
    log, callbacks = MemoryLog(), RecordingCallbacks()

    response = spoken(message(body, requestTimeEpoch=CONNECTED_AT + offset), MemorySpeech(log), callbacks)

    judge(response, callbacks, log, body)


@MORE
@given(body=bodies, offset=offsets)
def test_any_speech_is_answered_by_nothing_or_by_one_error(body: str, offset: int) -> None:
    log, callbacks = MemoryLog(), RecordingCallbacks()
    event = message(body, route="voice_data", requestTimeEpoch=CONNECTED_AT + offset)

    assert spoken(event, MemorySpeech(log), callbacks) == {"statusCode": 200}

    assert len(callbacks.posts) <= 1
    assert len(log.events) <= 1


@given(body=bodies, fault=st.sampled_from([Unavailable("ThrottlingException"), RuntimeError("events-table")]))
def test_any_body_gets_one_answer_when_the_log_fails(body: str, fault: Exception) -> None:
    log, callbacks = MemoryLog(), RecordingCallbacks()
    log.before = [fault]

    response = spoken(message(body), MemorySpeech(log), callbacks)

    (answer,) = [json.loads(response["body"])]
    assert answer["type"] in ANSWERS
    assert log.events == []
    assert not [
        word for word in ("events-table", "Throttling") if word in response["body"] and word not in body
    ]


# Anything may be broken but for the event's type and route: by them a frame is known as one.
broken_contexts = st.dictionaries(
    st.sampled_from(
        ["requestId", "connectionId", "requestTimeEpoch", "authorizer", "identity", "disconnectStatusCode"]
    ),
    anything,
    min_size=1,
    max_size=3,
)
broken_members = st.dictionaries(
    st.sampled_from(["body", "isBase64Encoded", "headers"]), anything, max_size=2
)


@MORE
@given(context=broken_contexts, members=broken_members)
def test_a_frame_in_a_broken_event_gets_one_answer(context: dict[str, Any], members: dict[str, Any]) -> None:
    log, callbacks = MemoryLog(), RecordingCallbacks()
    event = {**message({"type": "voice_start"}, **context), **members}

    judge(spoken(event, MemorySpeech(log), callbacks), callbacks, log, json.dumps(event))


events = st.one_of(
    st.builds(lambda members: {**connect(), **members}, broken_members),
    st.builds(lambda context: connect(**context), broken_contexts),
    st.builds(lambda context: disconnect(**context), broken_contexts),
    st.builds(lambda context: {**fixture("connect"), "requestContext": context}, anything),
    anything,
)


@MORE
@given(event=events)
def test_no_event_makes_the_lifecycle_raise(event: Any) -> None:
    log = MemoryLog()

    response = lifecycle(event, None, log, RecordingCallbacks())

    assert response.keys() == {"statusCode"}
    assert response["statusCode"] in {200, 403, 500}
    assert len(log.events) == (1 if response["statusCode"] == 200 else 0)


@given(event=anything)
def test_no_event_makes_the_message_handler_raise(event: Any) -> None:
    assert spoken(event, MemorySpeech(MemoryLog()), RecordingCallbacks()) == {"statusCode": 500}


steps = st.one_of(
    st.builds(
        lambda client_id, text: {"type": "text_message", "data": {"text": text}, **client_id},
        st.sampled_from([{}, {"id": "m-1"}, {"id": "m-2"}]),
        st.sampled_from(["yes", "no"]),
    ),
    st.just({"type": "voice_start"}),
    st.just({"type": "voice_start", "id": "v-1"}),
    st.just({"type": "ponder"}),
)


@given(script=st.lists(st.tuples(steps, st.sampled_from(["once", "twice", "answer lost"])), max_size=12))
def test_a_frame_may_be_handled_again_under_its_request_id(script: list[tuple[dict[str, Any], str]]) -> None:
    calm, shaken = MemoryLog(), MemoryLog()
    calmly, shakenly = MemorySpeech(calm), MemorySpeech(shaken)

    for number, (step, how) in enumerate(script):
        event = message(step, requestId=f"r-{number}", requestTimeEpoch=CONNECTED_AT + 5_000 + number)
        expected = _said(spoken(event, calmly, RecordingCallbacks()))
        shaken.after = [Unavailable("ReadTimeoutError")] if how == "answer lost" else []
        if how != "once":
            spoken(event, shakenly, RecordingCallbacks())
        shaken.after = []
        assert _said(spoken(event, shakenly, RecordingCallbacks())) == expected

    assert list(shaken.items(CONNECTION)) == list(calm.items(CONNECTION))
    assert shaken.held == calm.held


def _said(response: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(response["body"])
    said.pop("timestamp", None)
    return said
