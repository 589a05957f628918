"""What a feed is called, who is subscribed, and what it is asked to deliver."""

import msgspec
import pytest

from functions.domain.feeds.deliveries import Deliver, parse, payload_of
from functions.domain.feeds.feeds import feed_of, has_expired, subscriber_of
from functions.domain.log.events import event
from functions.domain.log.facts import ConnectionClosed, TextMessageReceived
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, cause

TEXT = event(cause(), TextMessageReceived("hello"))


def test_a_connection_has_the_feeds_of_its_session_and_of_its_user() -> None:
    assert subscriber_of(cause()).feeds == {"session": "session#s-1", "user": "user#alice"}


def test_a_connection_without_a_session_has_a_feed_of_its_own() -> None:
    feeds = subscriber_of(cause(session_id=None)).feeds

    assert feeds == {"session": f"connection#{CONNECTION}", "user": "user#alice"}


def test_a_text_is_numbered_in_the_feed_of_its_conversation() -> None:
    assert feed_of(TEXT) == "session#s-1"


def test_what_screens_are_not_told_has_no_feed() -> None:
    assert feed_of(event(cause(), ConnectionClosed())) is None


def test_a_subscriber_expires_when_its_connection_cannot_be_there_any_more() -> None:
    assert subscriber_of(cause()).expires_at == CONNECTED_AT // 1000 + 7_800


def test_what_is_found_out_of_a_subscriber_is_kept_as_long_as_all_of_its_connection() -> None:
    found = subscriber_of(cause()).cause(CONNECTED_AT + 60_000)

    assert (found.connection_id, found.user_id, found.session_id) == (CONNECTION, "alice", "s-1")
    assert (found.connected_at, found.expires_at, found.at) == (
        CONNECTED_AT,
        EXPIRES_AT,
        CONNECTED_AT + 60_000,
    )


@pytest.mark.parametrize(("expires_at", "expired"), [(99, True), (100, True), (101, False)])
def test_what_expires_now_has_expired(expires_at: int, *, expired: bool) -> None:
    assert has_expired(expires_at, 100_999) is expired


def test_a_delivery_says_which_event_and_nothing_of_it() -> None:
    asked = Deliver(CONNECTION, TEXT.event_id, "m-1", "request-1", "c-2")

    assert parse(msgspec.json.decode(payload_of(asked))) == asked


@pytest.mark.parametrize(
    "payload",
    [{}, [], {"connectionId": "c-1", "eventId": "x"}, {"connectionId": "", "eventId": TEXT.event_id}],
)
def test_what_is_no_delivery_is_refused(payload: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        parse(payload)
