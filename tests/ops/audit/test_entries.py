"""What is shown of an item: never a person's words unless asked for, and never nothing."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.aws.attributes import Item
from functions.aws.log.arrivals import stamp
from functions.aws.log.event_items import encode
from functions.domain.log.events import Event
from functions.domain.log.facts import (
    ConnectionOpened,
    ReplyCompleted,
    TextMessageReceived,
    VoiceTurnTranscribed,
)
from functions.domain.log.ids import lowest
from ops.audit.entries import Entry, entry
from tests.stage import NOW, happened

WORDS = "what nobody needs to read"
SESSION = lowest(NOW)
SPOKEN = (
    TextMessageReceived(WORDS),
    ReplyCompleted(SESSION, WORDS),
    VoiceTurnTranscribed(SESSION, "user", WORDS),
)


def item_of(event: Event, **changes: Any) -> Item:
    return encode(event) | stamp(event.event_id, NOW) | changes


def test_an_event_is_shown_with_who_when_and_what() -> None:
    opened = happened(
        "c1",
        ConnectionOpened("203.0.113.7"),
        trace_id="1-69229a20-5bd2f1a63e07c4d812f09b7a",
        session_id="talk",
    )

    assert entry(item_of(opened), words=False) == Entry(
        connection_id="c1",
        event_id=opened.event_id,
        arrived_at="2026-11-23T05:13:00.123Z",
        at="2026-11-23T05:12:00.123Z",
        type="ConnectionOpened",
        user_id="alice",
        session_id="talk",
        data={"ip_address": "203.0.113.7"},
        trace_id="1-69229a20-5bd2f1a63e07c4d812f09b7a",
    )


@pytest.mark.parametrize("fact", SPOKEN, ids=lambda fact: type(fact).__name__)
def test_words_are_counted_and_shown_only_where_they_are_asked_for(fact: Any) -> None:
    item = item_of(happened("c1", fact))

    hidden, shown = entry(item, words=False), entry(item, words=True)

    assert WORDS not in repr(hidden)
    assert hidden.data["characters"] == len(WORDS)
    assert shown.data["text"] == WORDS


@pytest.mark.parametrize("changes", [{"type": {"S": "Said"}}, {"version": {"N": "9"}}, {"at": {"S": "noon"}}])
def test_what_cannot_be_read_says_why_and_hides_its_words_too(changes: dict[str, Any]) -> None:
    item = item_of(happened("c1", TextMessageReceived(WORDS)), **changes)

    hidden, shown = entry(item, words=False), entry(item, words=True)

    assert hidden.problem
    assert (hidden.connection_id, hidden.event_id) == ("c1", item["event_id"]["S"])
    assert WORDS not in repr(hidden)
    assert WORDS in repr(shown)


def test_an_item_without_the_stamp_of_its_arrival_is_shown() -> None:
    assert entry(encode(happened("c1", ConnectionOpened())), words=False).arrived_at is None


_attributes = st.dictionaries(
    st.sampled_from(["connection_id", "event_id", "type", "version", "at", "arrived_at", "data", "x"]),
    st.sampled_from([{"S": "a"}, {"N": "7"}, {"N": "9" * 30}, {"L": []}, {"M": {"text": {"S": "b"}}}, {}]),
)


@given(_attributes, st.booleans())
def test_any_item_is_shown_and_can_be_written_as_json(item: Item, words: bool) -> None:  # noqa: FBT001
    assert msgspec.json.encode(entry(item, words=words))
