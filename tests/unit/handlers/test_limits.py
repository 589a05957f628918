"""How much a user may do in a minute, and what becomes of the rest."""

import json
from typing import Any

from functions.domain.limits import Limits, Speaking
from functions.domain.log.facts import MessageRejected, TextMessageReceived
from tests.fakes import MemoryLog, RecordingCallbacks
from tests.gateway_events import CONNECTED_AT, identity, message
from tests.routes import message as handler
from tests.speaking import MemorySpeech

TIGHT = Limits(texts=2, voice_sessions=1, spoken=Speaking())
TERSE = Limits(text_bytes=32)
MINUTE = CONNECTED_AT - CONNECTED_AT % 60_000 + 60_000


def send(
    body: dict[str, Any],
    log: MemoryLog,
    seconds: float = 0,
    limits: Limits = TIGHT,
    speech: MemorySpeech | None = None,
    **context: Any,
) -> dict[str, Any]:
    at = MINUTE + int(seconds * 1000)
    context = {"requestId": f"{at}-{log.calls}", "requestTimeEpoch": at, **context}
    answer = handler(message(body, **context), None, log, RecordingCallbacks(), limits, speech=speech)
    frame: dict[str, Any] = json.loads(answer["body"])
    return frame


def text(log: MemoryLog, words: str = "hello", seconds: float = 0, **context: Any) -> dict[str, Any]:
    return send({"type": "text_message", "data": {"text": words}}, log, seconds, **context)


def test_a_text_beyond_the_limit_is_refused_until_the_next_minute(log: MemoryLog) -> None:
    answers = [text(log, seconds=seconds) for seconds in (0, 1, 2, 59.5, 60)]

    assert [answer["type"] for answer in answers] == ["text_ack", "text_ack", "error", "error", "text_ack"]
    assert [answer["data"]["code"] for answer in answers[2:4]] == ["rate_limited", "rate_limited"]
    assert [answer["data"]["retryAfter"] for answer in answers[2:4]] == [58, 1]


def test_what_was_refused_is_recorded_once_a_minute_and_not_as_a_text(log: MemoryLog) -> None:
    for second in range(10):
        text(log, seconds=second)

    assert log.facts == [TextMessageReceived("hello")] * 2 + [MessageRejected("rate_limited")]


def test_the_limit_holds_over_all_connections_of_a_user(log: MemoryLog) -> None:
    answers = [text(log, connectionId=f"connection-{number}") for number in range(3)]

    assert [answer["type"] for answer in answers] == ["text_ack", "text_ack", "error"]


def test_one_user_does_not_use_up_what_another_may_do(log: MemoryLog) -> None:
    for _ in range(3):
        text(log)

    assert text(log, authorizer=identity(userId="bob"))["type"] == "text_ack"


def test_a_text_that_is_repeated_is_answered_beyond_the_limit_and_counts_once(log: MemoryLog) -> None:
    frame = {"type": "text_message", "id": "m-1", "data": {"text": "hello"}}

    first = send(frame, log)
    again = [send(frame, log) for _ in range(5)]
    second = text(log)
    third = text(log)
    after = send(frame, log)

    assert {answer["data"]["messageId"] for answer in [*again, after]} == {first["data"]["messageId"]}
    assert (second["type"], third["type"]) == ("text_ack", "error")


def test_a_retry_under_the_same_request_id_counts_once(log: MemoryLog) -> None:
    for _ in range(5):
        text(log, requestId="the same")

    assert text(log)["type"] == "text_ack"


def test_a_text_that_could_not_be_recorded_is_not_counted(log: MemoryLog) -> None:
    frame = {"type": "text_message", "id": "m-1", "data": {"text": "hello"}}
    other = {"type": "text_message", "id": "m-1", "data": {"text": "other"}}
    send(frame, log)

    assert send(other, log)["data"]["code"] == "conflict"
    assert text(log)["type"] == "text_ack"


def test_a_text_beyond_the_bytes_of_a_minute_is_refused_and_a_shorter_one_is_not(log: MemoryLog) -> None:
    sizes = (TERSE.text_bytes - 4, 5, 4, 1)

    answers = [text(log, "x" * size, limits=TERSE) for size in sizes]
    next_minute = text(log, "x" * TERSE.text_bytes, seconds=60, limits=TERSE)

    assert [answer["type"] for answer in answers] == ["text_ack", "error", "text_ack", "error"]
    assert (answers[1]["data"]["code"], answers[1]["data"]["retryAfter"]) == ("rate_limited", 60)
    assert next_minute["type"] == "text_ack"


def test_the_bytes_of_a_text_are_those_that_are_kept(log: MemoryLog) -> None:
    decomposed = "e\N{COMBINING ACUTE ACCENT}"

    answers = [text(log, words * 8, limits=TERSE) for words in (decomposed, "é", "e")]

    assert [answer["type"] for answer in answers] == ["text_ack", "text_ack", "error"]
    assert log.sizes == {f"texts#alice#{MINUTE // 1000}": 32}


def test_a_text_that_is_repeated_counts_its_bytes_once(log: MemoryLog) -> None:
    frame = {"type": "text_message", "id": "m-1", "data": {"text": "x" * TERSE.text_bytes}}

    answers = [send(frame, log, limits=TERSE) for _ in range(3)]

    assert {answer["type"] for answer in answers} == {"text_ack"}
    assert len({answer["data"]["messageId"] for answer in answers}) == 1


def test_a_voice_session_beyond_the_limit_is_refused(log: MemoryLog) -> None:
    speech = MemorySpeech(log)
    started = send({"type": "voice_start"}, log, speech=speech)
    speech.end(started["data"]["voiceSessionId"], MINUTE)

    refused = send({"type": "voice_start"}, log, seconds=30, speech=speech)

    assert refused["data"]["code"] == "rate_limited"
    assert refused["data"]["retryAfter"] == 30
    assert send({"type": "voice_start"}, log, seconds=60, speech=speech)["type"] == "voice_starting"


def test_texts_and_voice_sessions_are_counted_apart(log: MemoryLog) -> None:
    for _ in range(3):
        text(log)

    assert send({"type": "voice_start"}, log, speech=MemorySpeech(log))["type"] == "voice_starting"


def test_a_frame_on_a_lifecycle_route_is_no_text_whatever_it_says(log: MemoryLog) -> None:
    body = '{"type": "$connect", "type": "text_message", "data": {"text": "hello"}}'

    answer = handler(message(body, route="$connect"), None, log, callbacks := RecordingCallbacks(), TIGHT)

    assert answer == {"statusCode": 200}
    ((_, frame),) = callbacks.posts
    assert json.loads(frame)["data"]["code"] == "invalid_message"
    assert log.facts == [MessageRejected("invalid_message")]


def test_the_losses_that_one_minutes_frames_meet_are_one(log: MemoryLog) -> None:
    from functions.aws.gateway.callbacks import Posted
    from functions.domain.log.facts import ConnectionLost

    gone = RecordingCallbacks(Posted.GONE)
    for number in range(20):
        event = message("{", route="voice_data", requestId=f"r-{number}", requestTimeEpoch=MINUTE + number)
        handler(event, None, log, gone, TIGHT)

    assert len(gone.posts) == 20
    assert log.facts == [MessageRejected("invalid_json"), ConnectionLost("post")]
