"""What rows add to their sessions, and what a session is then."""

from functions.domain.connections.connection import Connection, join
from functions.domain.log.events import Event, event
from functions.domain.log.facts import (
    ActivityRecorded,
    ConnectionOpened,
    Fact,
    PersonForgotten,
    ReplyCompleted,
    ReplyFailed,
    TextMessageReceived,
    VoiceSessionEnded,
    VoiceSessionStarted,
    VoiceTurnTranscribed,
)
from functions.domain.texts.messages import rows_of
from functions.domain.texts.sessions import (
    Session,
    Title,
    add,
    added_up,
    change,
    share_of_message,
    share_of_row,
)
from tests.gateway_events import CONNECTED_AT, CONNECTION, EXPIRES_AT, cause

AT = CONNECTED_AT + 5_000
TEXT = event(cause(), TextMessageReceived("hello there"))
SPAN = {"complete_until": EXPIRES_AT, "expires_at": EXPIRES_AT}


def happened(fact: Fact, at: int = AT, **who: str) -> Event:
    return event(cause(at=at, request_id=f"r-{at}", **who), fact)


def row(*events: Event) -> Connection:
    return join(Connection(CONNECTION), events)


def shares(of: Event) -> list[Session | None]:
    return [share_of_message(message) for message in rows_of(of)]


def test_a_text_adds_itself_its_time_and_its_first_words() -> None:
    [share] = shares(TEXT)

    title = Title(TEXT.event_id, "hello there", EXPIRES_AT)
    assert share == Session("alice", "s-1", AT, AT, texts=1, title=title, **SPAN)


def test_a_reply_adds_itself_and_no_activity() -> None:
    reply, of_text = shares(happened(ReplyCompleted(TEXT.event_id, "hi", "end_turn"), AT + 1_000))

    assert reply == Session("alice", "s-1", replies=1, **SPAN)  # type: ignore[arg-type]  # both int
    assert of_text == Session("alice", "s-1", **SPAN)  # type: ignore[arg-type]  # both int


def test_what_the_user_says_is_activity_and_may_be_the_title_and_what_is_said_to_them_is_not() -> None:
    heard = VoiceTurnTranscribed("01KAQ0000000000000000000VS", "user", "what is the weather?")
    said = VoiceTurnTranscribed("01KAQ0000000000000000000VS", "assistant", "It rains.")
    asked, told = happened(heard), happened(said, AT + 1_000)

    [of_user], [of_assistant] = shares(asked), shares(told)

    title = Title(asked.event_id, "what is the weather?", EXPIRES_AT)
    assert of_user == Session("alice", "s-1", AT, AT, turns=1, title=title, **SPAN)
    assert of_assistant == Session("alice", "s-1", turns=1, **SPAN)  # type: ignore[arg-type]  # both int


def test_a_failure_adds_a_text_that_failed() -> None:
    [share] = shares(happened(ReplyFailed(TEXT.event_id, "empty")))

    assert share == Session("alice", "s-1", failed=1, **SPAN)  # type: ignore[arg-type]  # both int


def test_a_text_without_words_adds_no_title() -> None:
    [share] = shares(happened(TextMessageReceived(" \n ")))

    assert share is not None
    assert (share.texts, share.title) == (1, None)


def test_a_connection_without_a_session_adds_to_none() -> None:
    [share] = shares(event(cause(session_id=None), TextMessageReceived("hello")))
    spoken = row(event(cause(session_id=None), VoiceSessionStarted(16_000, "lpcm")))

    assert share is None
    assert share_of_row(spoken) is None


def test_a_connection_in_which_nobody_spoke_adds_nothing() -> None:
    assert share_of_row(row(happened(ConnectionOpened()), TEXT)) is None


def test_speech_adds_its_voice_sessions_from_the_first_start_to_the_last_word() -> None:
    first = happened(VoiceSessionStarted(16_000, "lpcm"), AT)
    second = happened(VoiceSessionStarted(16_000, "lpcm"), AT + 60_000)
    spoke = happened(ActivityRecorded(second.event_id, 600), AT + 90_000)
    later = happened(ConnectionOpened(), AT + 99_000)

    share = share_of_row(row(later, spoke, second, first))

    assert share == Session("alice", "s-1", AT, AT + 90_000, voice_sessions=2, **SPAN)  # type: ignore[arg-type]  # both int


def test_who_ends_a_voice_session_was_active_and_what_times_out_is_nobodys_act() -> None:
    started = happened(VoiceSessionStarted(16_000, "lpcm"), AT)
    ended = happened(VoiceSessionEnded(started.event_id, 7, 1, "client"), AT + 7_000)
    silent = happened(VoiceSessionEnded(started.event_id, 7, 1, "silence"), AT + 9_000)

    share = share_of_row(row(started, silent, ended))

    assert share is not None
    assert share.last_activity == AT + 7_000


def test_a_voice_session_that_was_never_started_adds_nothing() -> None:
    started = happened(VoiceSessionStarted(16_000, "lpcm"))

    assert share_of_row(row(happened(ActivityRecorded(started.event_id, 600)))) is None


def test_of_who_was_forgotten_nothing_is_listed() -> None:
    started = happened(VoiceSessionStarted(16_000, "lpcm"))
    nobody = "~" + "A" * 20
    [share] = shares(event(cause(user_id=nobody, session_id=nobody), TextMessageReceived("")))

    assert share is None
    assert share_of_row(row(started, happened(PersonForgotten("olga")))) is None


# --- Sums --------------------------------------------------------------------------------------


def test_a_share_that_grows_adds_what_is_new() -> None:
    old = Session("alice", "s-1", 5, 7, texts=1)
    new = Session("alice", "s-1", 5, 9, texts=1, failed=1, turns=2)

    assert change(new, old) == Session("alice", "s-1", 5, 9, failed=1, turns=2)
    assert change(new, new) is None
    assert change(new, None) == new
    assert change(None, old) is None


def test_a_session_is_the_sum_of_its_shares_with_the_title_of_the_first_text() -> None:
    first = Session(
        "alice", "s-1", 5, 5, texts=1, title=Title("1", "one", 90), complete_until=90, expires_at=90
    )
    other = Session(
        "alice",
        "s-1",
        3,
        9,
        replies=2,
        title=Title("2", "two", 99),
        complete_until=99,
        expires_at=99,
        turns=4,
    )

    summed = added_up([other, None, first, Session("alice", "s-2", texts=1)])

    assert summed["alice", "s-1"] == Session(
        "alice", "s-1", 3, 9, 1, 2, 0, 0, Title("1", "one", 90), 90, 99, 4
    )
    assert summed["alice", "s-2"].texts == 1


def test_a_title_that_has_expired_gives_way() -> None:
    first = Session("alice", "s-1", title=Title("1", "one", 90))
    other = Session("alice", "s-1", title=Title("2", "two", 99))

    assert add(first, other, 89).title == Title("1", "one", 90)
    assert add(first, other, 90).title == Title("2", "two", 99)
    assert add(first, Session("alice", "s-1"), 90).title is None
