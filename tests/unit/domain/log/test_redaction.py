"""What is left of an event once its person is forgotten."""

import pytest

from functions.domain.log.events import event
from functions.domain.log.facts import (
    FACTS,
    ActivityRecorded,
    ConnectionClosed,
    ConnectionFailed,
    ConnectionLost,
    ConnectionOpened,
    ConnectionStatusSet,
    Fact,
    MessageRejected,
    NotificationSent,
    PersonForgotten,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
    VoiceTurnTranscribed,
)
from functions.domain.log.ids import ALPHABET, lowest, time_of
from functions.domain.log.redaction import LETTERS, forgetting, is_pseudonym, pseudonym, redacted
from tests.gateway_events import CONNECTED_AT, cause

ID = lowest(CONNECTED_AT)
NOBODY = pseudonym(ALPHABET[:LETTERS])
CASES: list[tuple[Fact, Fact]] = [
    (ConnectionOpened("203.0.113.7", "curl", 9), ConnectionOpened(token_expires_at=9)),
    (ConnectionFailed(), ConnectionFailed()),
    (ActivityRecorded(ID, 600), ActivityRecorded(ID, 600)),
    (TextMessageReceived("hello"), TextMessageReceived("")),
    (ReplyCompleted(ID, "hello", "end", 1, 2, "m"), ReplyCompleted(ID, "", "end", 1, 2, "m")),
    (ReplyFailed(ID, "hello failed"), ReplyFailed(ID, "")),
    (VoiceSessionStarted(16_000, "lpcm", "ada"), VoiceSessionStarted(16_000, "lpcm")),
    (VoiceSessionEnded(ID, 9, 1, "client", 7), VoiceSessionEnded(ID, 9, 1, "client", 7)),
    (VoiceTurnTranscribed(ID, "user", "hello"), VoiceTurnTranscribed(ID, "user", "")),
    (MessageRejected("conflict"), MessageRejected("conflict")),
    (ConnectionClosed(1001, "bye"), ConnectionClosed(1001)),
    (ConnectionLost("sweeper"), ConnectionLost("sweeper")),
    (ConnectionStatusSet("CONNECTED", "olga", "she asked"), ConnectionStatusSet("CONNECTED", "olga")),
    (NotificationSent("invoice", '{"sum":7}', 9, receipt=True), NotificationSent("", "", 9, receipt=True)),
    (PersonForgotten("olga"), PersonForgotten("olga")),
]


def test_every_type_has_a_case() -> None:
    assert {type(fact).__name__ for fact, _ in CASES} == set(FACTS)


@pytest.mark.parametrize(("fact", "left"), CASES, ids=lambda fact: type(fact).__name__)
def test_texts_reasons_and_where_somebody_came_from_are_blanked_and_the_rest_stays(
    fact: Fact, left: Fact
) -> None:
    happened = event(cause(at=CONNECTED_AT + 5), fact)

    found = redacted(happened, NOBODY)

    assert found.fact == left
    assert (found.user_id, found.session_id) == (NOBODY, NOBODY)
    kept = ("connection_id", "event_id", "at", "connected_at", "expires_at", "trace_id", "type")
    assert [getattr(found, name) for name in kept] == [getattr(happened, name) for name in kept]
    assert redacted(found, NOBODY) == found


def test_without_a_session_there_is_none_afterwards() -> None:
    happened = event(cause(session_id=None), ConnectionLost("post"))

    assert redacted(happened, NOBODY).session_id is None
    assert forgetting(happened, NOBODY, "olga").session_id is None


@pytest.mark.parametrize("by", ["alice", "service for alice", "the s-1 of somebody"])
def test_who_did_something_is_the_person_where_it_names_them(by: str) -> None:
    happened = event(cause(user_id="alice", session_id="s-1"), ConnectionStatusSet("CONNECTED", by))

    assert redacted(happened, NOBODY).fact == ConnectionStatusSet("CONNECTED", NOBODY)
    assert forgetting(happened, NOBODY, by).fact == PersonForgotten(NOBODY)


def test_a_connection_is_forgotten_by_one_event_as_old_as_itself() -> None:
    one, other = (event(cause(at=CONNECTED_AT + after), ConnectionLost("post")) for after in (1, 2))

    found = forgetting(one, NOBODY, "olga")

    assert found == forgetting(other, NOBODY, "olga")
    assert (found.at, time_of(found.event_id)) == (CONNECTED_AT, CONNECTED_AT)
    assert (found.user_id, found.session_id) == (NOBODY, NOBODY)


def test_a_pseudonym_sorts_above_every_id_of_a_user_or_a_session() -> None:
    letters = (chr(code) for code in range(33, 127) if chr(code) != "~")

    assert all(letter * 128 < NOBODY for letter in letters)
    assert is_pseudonym(NOBODY)
    assert not is_pseudonym("alice~")
