"""What texts and pings lead to."""

from hashlib import sha256

import msgspec
import pytest

from functions.domain.frames.decisions import Decision, decide
from functions.domain.frames.protocol import (
    Ping,
    Pong,
    TextAck,
    TextAckData,
    TextMessage,
    TextMessageData,
)
from functions.domain.limits import Limits
from functions.domain.log.claims import Count, Take
from functions.domain.log.events import event
from functions.domain.log.facts import TextMessageReceived
from functions.domain.log.ids import lowest, minute_of
from tests.gateway_events import CONNECTED_AT, CONNECTION, cause
from tests.unit.domain.frames.bodies import refused_claims as refused

SESSION = lowest(CONNECTED_AT + 1_000)
TEXT = TextMessage(id="m-1", data=TextMessageData("hello"))
DIGEST = sha256(b'{"type":"text_message","id":null,"timestamp":null,"data":{"text":"hello"}}').hexdigest()
MINUTE = minute_of(cause().at)
REPLY = "reply#s-1 m-1"
COUNT = Count(f"texts#alice#{MINUTE // 1000}", 60, MINUTE // 1000 + 3_600, 5, 120_000)


def test_a_ping_is_answered_and_recorded_nowhere() -> None:
    assert decide(Ping(), cause()) == Decision(None, Pong())


def test_a_text_is_recorded_and_acknowledged_by_its_event() -> None:
    decision = decide(TextMessage(data=TextMessageData("hello")), cause())

    received = event(cause(), TextMessageReceived("hello"))
    assert decision.event == received
    assert decision.answer == TextAck(data=TextAckData(received.event_id))
    assert decision.claims == (COUNT,)


def test_a_text_under_an_id_claims_its_one_reply_for_a_day() -> None:
    decision = decide(TEXT, cause())

    received = event(cause(), TextMessageReceived("hello"))
    now = cause().at // 1000
    assert decision.event == received
    assert decision.answer == TextAck(id="m-1", data=TextAckData(received.event_id))
    assert decision.claims == (
        Take("reply#s-1 m-1", f"{received.event_id}#{DIGEST}#{CONNECTION}", now, now + 86_400),
        COUNT,
    )


def test_without_a_session_an_id_is_the_connections_own() -> None:
    claim, _ = decide(TEXT, cause(session_id=None)).claims

    assert claim.key == f"reply#connection#{CONNECTION} m-1"


def test_no_session_and_id_of_another_make_the_key_of_a_connections_own() -> None:
    own, _ = decide(TEXT, cause(session_id=None)).claims
    forged = msgspec.structs.replace(TEXT, id=f"{CONNECTION}#m-1")

    for session in ("connection", CONNECTION, "s-1"):
        claim, _ = decide(forged, cause(session_id=session)).claims
        assert claim.key != own.key


def test_the_same_text_under_its_id_is_acknowledged_as_before() -> None:
    decision = decide(TEXT, cause(request_id="request-2"))

    assert decision.refused is not None
    assert decision.refused({REPLY: f"{SESSION}#{DIGEST}"}) == TextAck(id="m-1", data=TextAckData(SESSION))


@pytest.mark.parametrize("held", [f"{SESSION}#other", SESSION, "", None])
def test_another_text_under_an_id_is_a_conflict(held: str | None) -> None:
    verdict = refused(decide(TEXT, cause()), {REPLY: held})

    assert verdict.code == "conflict"
    assert verdict.message == "Another frame was sent under this id within 24 hours."


def test_a_text_that_is_repeated_beyond_the_limit_is_acknowledged_all_the_same() -> None:
    decision = decide(TEXT, cause(request_id="request-2"))

    assert decision.refused is not None
    answer = decision.refused({REPLY: f"{SESSION}#{DIGEST}", COUNT.key: None})
    assert answer == TextAck(id="m-1", data=TextAckData(SESSION))


def test_a_text_that_is_sent_again_at_another_time_is_the_same() -> None:
    first, _ = decide(msgspec.structs.replace(TEXT, timestamp="noon"), cause()).claims
    again, _ = decide(msgspec.structs.replace(TEXT, timestamp=13.5), cause()).claims

    assert first == again


def test_texts_are_counted_by_user_and_minute_over_all_connections() -> None:
    here = decide(TEXT, cause(at=MINUTE)).claims[-1]
    there = decide(TEXT, cause(at=MINUTE + 59_999, connection_id="another", session_id=None)).claims[-1]
    later_on = decide(TEXT, cause(at=MINUTE + 60_000)).claims[-1]
    of_another = decide(TEXT, cause(at=MINUTE, user_id="bob")).claims[-1]

    assert here == there
    assert len({here.key, later_on.key, of_another.key}) == 3


def test_the_limit_on_texts_is_a_setting() -> None:
    limits = Limits(texts=3, text_bytes=40_000)
    (claim,) = decide(TextMessage(data=TextMessageData("hello")), cause(), limits).claims

    assert isinstance(claim, Count)
    assert (claim.limit, claim.byte_limit) == (3, 40_000)


@pytest.mark.parametrize(("text", "size"), [("a", 1), ("é", 2), ("世", 3), ("🎈", 4), ("🎈" * 8_000, 32_000)])
def test_the_bytes_of_a_text_are_those_of_utf_8(text: str, size: int) -> None:
    (claim,) = decide(TextMessage(data=TextMessageData(text)), cause()).claims

    assert isinstance(claim, Count)
    assert claim.bytes == size


@pytest.mark.parametrize(
    ("milliseconds", "seconds"), [(0, 60), (1, 60), (1_000, 59), (59_000, 1), (59_999, 1)]
)
def test_who_is_over_the_limit_may_try_again_in_the_next_minute(milliseconds: int, seconds: int) -> None:
    verdict = refused(decide(TEXT, cause(at=MINUTE + milliseconds), Limits(texts=7)), {COUNT.key: None})

    assert (verdict.code, verdict.retry_after) == ("rate_limited", seconds)
    assert verdict.message == "Too much in this minute: at most 7 texts, and 120000 bytes in all of them."
