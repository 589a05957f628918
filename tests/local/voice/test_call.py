"""A voice session from a client's side: what it sends on which connection, and what it takes for its own."""

from typing import Any

from local.chat.actions import Json
from local.chat.frames import Frame
from local.voice.call import UNANSWERED_MS, Call, Format, Over, Ready, Refused, Stop, Words
from local.voice.player import Piece

MINE = {"voiceSessionId": "mine"}


def call() -> Call:
    return Call(Format(16_000, "in-turn"), "c")


def came(type_: str, data: Json, id_: str | None = None) -> Frame:
    return Frame(type_, data, id_)


def ready(asked: Call) -> Call:
    """A call that was opened, answered and is ready."""
    asked.opened(0)
    asked.received(came("voice_starting", MINE, "c-start"))
    assert asked.received(came("voice_ready", {**MINE, "sampleRate": 24_000})) == Ready(24_000)
    return asked


def kinds(frames: list[Json]) -> list[str]:
    return [frame["type"] for frame in frames]


def test_it_asks_for_a_voice_session_until_somebody_listens() -> None:
    asked = call()

    [start] = asked.opened(0)
    asked.received(came("voice_starting", MINE, "c-start"))

    assert start == {
        "type": "voice_start",
        "id": "c-start",
        "data": {"sampleRate": 16_000, "voice": "in-turn"},
    }
    assert asked.wake(UNANSWERED_MS - 1) == []
    assert asked.wake(UNANSWERED_MS) == [start]
    assert asked.received(came("voice_ready", MINE)) == Ready(16_000)
    assert asked.due_at is None


def test_who_listens_may_say_so_before_the_answer() -> None:
    asked = call()
    asked.opened(0)

    assert asked.received(came("voice_ready", MINE, "c-start")) == Ready(16_000)
    assert asked.received(came("voice_starting", MINE, "c-start")) is None
    assert asked.received(came("voice_ready", MINE, "c-start")) is None


def test_frames_are_numbered_over_all_connections() -> None:
    asked = ready(call())
    first = asked.speak(b"ab")
    asked.closed()

    assert kinds(asked.opened(5)) == ["voice_listen"]
    second = asked.speak(b"cd")

    assert first["data"] == {**MINE, "seq": 0, "audio": "YWI="}
    assert second["data"] == {**MINE, "seq": 1, "audio": "Y2Q="}


def test_the_end_is_asked_for_until_it_is_told_on_another_connection_too() -> None:
    asked = ready(call())
    asked.speak(b"ab")

    [end] = asked.end(0)
    asked.closed()

    assert end == {"type": "voice_end", "id": "c-end", "data": {**MINE, "lastSeq": 0}}
    assert asked.wake(UNANSWERED_MS) == []
    assert asked.opened(UNANSWERED_MS) == [end]
    over = asked.received(
        came("voice_ended", {**MINE, "reason": "client", "frames": 1, "seconds": 2, "lost": 1})
    )
    assert over == Over("client", frames=1, lost=1, seconds=2)
    assert asked.opened(UNANSWERED_MS) != [end]


def test_a_server_that_answers_nothing_is_given_up() -> None:
    asked = call()
    asked.opened(0)

    sent = [asked.wake(each * UNANSWERED_MS) for each in (1, 2, 3)]

    assert [len(each) for each in sent] == [1, 1, 0]
    assert not asked.is_unanswered(3 * UNANSWERED_MS - 1)
    assert asked.is_unanswered(3 * UNANSWERED_MS)


def test_what_comes_of_it_is_told() -> None:
    asked = ready(call())

    def told(type_: str, **data: Any) -> object:
        return asked.received(came(type_, {**MINE, **data}))

    assert told("voice_audio", turn=1, seq=0, audio="YWI=") == Piece(1, 0, b"ab")
    assert told("voice_interrupted", turn=1, fromSeq=1) == Stop(1)
    assert told("voice_transcript", turn=0, role="user", text="a", final=True) == Words(
        0, "user", "a", final=True
    )
    assert told("voice_something", turn=0) is None


def test_another_voice_session_is_not_its_own() -> None:
    asked = ready(call())
    theirs = {"voiceSessionId": "theirs", "turn": 0, "seq": 0, "audio": "YWI="}

    assert asked.received(came("voice_audio", theirs)) is None
    assert (
        asked.received(came("voice_ended", {**theirs, "reason": "client", "frames": 1, "seconds": 1})) is None
    )


def test_what_is_refused_ends_it_where_nobody_can_be_spoken_with() -> None:
    def refused(asked: Call, code: str, id_: str | None) -> object:
        return asked.received(came("error", {"code": code, "message": "m"}, id_))

    asked = call()
    asked.opened(0)

    assert refused(asked, "conflict", "c-start") == Refused("conflict", "m", is_fatal=True)
    assert refused(asked, "rate_limited", "t-7") is None  # a text's
    assert refused(asked, "rate_limited", None) == Refused("rate_limited", "m", is_fatal=False)
    assert refused(asked, "not_found", None) == Refused("not_found", "m", is_fatal=True)
