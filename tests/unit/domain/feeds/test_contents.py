"""What a number of a feed says to whom."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.aws.gateway.requests import encode
from functions.domain.feeds.contents import ENVELOPE_BYTES, messages_of, parts
from functions.domain.frames.feed_frames import (
    HistoryPage,
    HistoryPageData,
    Message,
    MessageData,
    Position,
    UsageData,
)
from functions.domain.frames.protocol import MAX_SENT_BYTES
from functions.domain.log.events import Event, event
from functions.domain.log.facts import (
    ConnectionClosed,
    NotificationSent,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceTurnTranscribed,
)
from functions.operations.feeds.history import PAGE_BYTES
from tests.gateway_events import CONNECTED_AT, cause
from tests.unit.domain.feeds.pointers import NOW, pointer

AT = "2026-11-23T05:12:05.123Z"


def said(text: str) -> Event:
    return event(cause(CONNECTED_AT + 5_000), TextMessageReceived(text))


def became(fact: ReplyCompleted | ReplyFailed) -> Event:
    return event(cause(CONNECTED_AT + 5_000), fact)


def test_a_text_is_told_as_the_log_holds_it() -> None:
    (message,) = messages_of("session", pointer(7), said("hello"), "alice")

    assert message == MessageData("session", 7, "e7", AT, "text", text="hello")


def test_a_reply_names_its_text_and_says_how_it_ended() -> None:
    reply = ReplyCompleted("m-1", "Good.", "end_turn", 7, 2, "a model", 3)

    (message,) = messages_of("session", pointer(7), became(reply), "alice")

    assert message == MessageData(
        "session",
        7,
        "e7",
        AT,
        "reply",
        message_id="m-1",
        attempt=3,
        text="Good.",
        stop_reason="end_turn",
        usage=UsageData(7, 2),
    )


def test_usage_is_told_where_all_of_it_is_known() -> None:
    (message,) = messages_of("session", pointer(7), became(ReplyCompleted("m-1", "", None, 7)), "alice")

    assert (message.usage, message.stop_reason, message.attempt) == (None, None, None)


def test_a_long_reply_comes_in_parts_each_with_all_that_is_said_of_it() -> None:
    reply = ReplyCompleted("m-1", "word " * 9_000, "max_tokens", attempt=1)

    found = messages_of("session", pointer(7), became(reply), "alice")

    assert [each.part for each in found] == [1, 2]
    assert "".join(each.text or "" for each in found) == reply.text
    assert {(each.message_id, each.stop_reason, each.parts) for each in found} == {("m-1", "max_tokens", 2)}


def test_what_failed_says_why() -> None:
    (message,) = messages_of("session", pointer(7), became(ReplyFailed("m-1", "throttled", 5)), "alice")

    assert message == MessageData(
        "session", 7, "e7", AT, "failed", message_id="m-1", attempt=5, reason="throttled"
    )


def test_what_was_spoken_names_who_said_it_and_the_voice_session_in_every_part() -> None:
    spoken = event(cause(CONNECTED_AT + 5_000), VoiceTurnTranscribed("v-1", "assistant", "word " * 9_000))

    found = messages_of("session", pointer(7), spoken, "alice")

    assert "".join(each.text or "" for each in found) == "word " * 9_000
    assert {(each.kind, each.role, each.voice_session_id, each.id, each.parts) for each in found} == {
        ("spoken", "assistant", "v-1", "e7", 2)
    }


@pytest.mark.parametrize(
    ("held", "reader"),
    [
        (None, "alice"),
        (said("hello"), "bob"),
        (event(cause(), ConnectionClosed()), "alice"),
        (event(cause(), VoiceTurnTranscribed("v-1", "user", "hello")), "bob"),
        (event(cause(), NotificationSent("invoice", '{"number": 7}')), "bob"),
        # as nobody but a hand would write it
        (event(cause(), NotificationSent("invoice", "{")), "alice"),
        (event(cause(), NotificationSent("invoice", "[7]")), "alice"),
    ],
)
def test_what_is_gone_or_anothers_says_nothing_but_its_number(held: Event | None, reader: str) -> None:
    (message,) = messages_of("session", pointer(7), held, reader)

    assert message == MessageData("session", 7, "e7", "2026-11-23T08:00:00.000Z", "expired")
    assert NOW == 1_795_420_800_000


def test_a_text_that_is_too_long_comes_in_parts() -> None:
    messages = messages_of("user", pointer(7), said("a" * 25), "alice", 10)

    assert [(each.text, each.part, each.parts) for each in messages] == [
        ("a" * 10, 1, 3),
        ("a" * 10, 2, 3),
        ("a" * 5, 3, 3),
    ]
    assert {(each.feed, each.seq, each.id, each.kind) for each in messages} == {("user", 7, "e7", "text")}


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60), most=st.integers(6, 40)
)
def test_parts_are_the_text_and_each_fits(text: str, most: int) -> None:
    cut = parts(text, most)

    assert "".join(cut) == text
    assert all(cut)
    assert all(len(json.dumps(part, ensure_ascii=False).encode()) - 2 <= most for part in cut)


@pytest.mark.parametrize("character", ["a", "\x00", '"', "\u4e16", "\U0001f600"])
def test_every_part_of_the_longest_reply_fits_into_a_frame_with_all_that_is_around_it(character: str) -> None:
    messages = messages_of("session", pointer(9_999_999_999), said(character * 80_000), "alice")

    client_id = '"' * 128
    for each in messages:
        data = HistoryPageData("session", (each,), more=True, complete=Position(9_999_999_999, "7" * 26))
        assert len(encode(Message(id=client_id, data=each), NOW)) <= MAX_SENT_BYTES
        assert len(encode(HistoryPage(id=client_id, data=data), NOW)) <= MAX_SENT_BYTES
    assert ENVELOPE_BYTES > MAX_SENT_BYTES - PAGE_BYTES
