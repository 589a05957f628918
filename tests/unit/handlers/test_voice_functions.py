"""The two functions of voice sessions, as Lambda invokes them."""

import json
from types import SimpleNamespace

import msgspec
import pytest

from functions.domain.log.claims import Take, voice_key
from functions.domain.log.events import event
from functions.domain.log.facts import VoiceSessionStarted
from functions.domain.voice.starts import Start, payload_of
from tests.fakes import (
    MemoryEvents,
    MemoryLog,
    MemoryLoneClaims,
    MemorySubscribers,
    RecordingCallbacks,
)
from tests.gateway_events import cause

CONTEXT = SimpleNamespace(aws_request_id="request-9", get_remaining_time_in_millis=lambda: 900_000)


def record(start: Start) -> dict[str, object]:
    """What Lambda tells the function for failures."""
    return {
        "version": "1.0",
        "requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": 1},
        "requestPayload": json.loads(payload_of(start)),
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
    }


def test_the_session_of_a_failed_invocation_is_ended_and_told_and_its_conversation_is_free():
    from functions.domain.feeds.feeds import subscriber_of
    from functions.handlers.voice_failure import handler

    who = cause()
    log, subscribers, callbacks = MemoryLog(), MemorySubscribers(), RecordingCallbacks()
    started = event(who, VoiceSessionStarted(16_000, "lpcm"))
    held_until = who.at // 1_000 + 100
    key = voice_key(started.conversation)
    log.append(started, (Take(key, started.event_id, who.at // 1_000, held_until),))
    subscribers.subscribe(subscriber_of(who))
    start = Start(started.event_id, who, 16_000, held_until, who.at)

    def fail() -> dict[str, object]:
        return handler(
            record(start),
            CONTEXT,
            log=log,
            events=MemoryEvents(log),
            claims=MemoryLoneClaims(log),
            subscribers=subscribers,
            callbacks=callbacks,
            now=lambda: who.at + 30_000,
        )

    assert fail() == {"reason": "failed", "seconds": 30}
    assert key not in log.held
    ((to, frame),) = callbacks.posts
    assert to == who.connection_id
    assert json.loads(frame)["type"] == "voice_ended"
    fail()
    assert len(log.facts) == 2


def test_a_payload_of_another_shape_is_a_fault_and_no_session():
    from functions.handlers.voice_session import handler

    with pytest.raises(msgspec.ValidationError):
        handler({"voiceSessionId": "x"}, CONTEXT)


def test_the_session_is_wired_with_what_its_environment_names():
    from functions.handlers import voice_session

    means = voice_session._MEANS  # noqa: SLF001 - what the handler has by default

    assert means.engine.model
    assert (means.manner.voice, means.manner.grace_seconds, means.manner.seconds_per_day) == (
        "matthew",
        30,
        3_600,
    )
